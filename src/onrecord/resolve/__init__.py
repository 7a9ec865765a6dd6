"""Resolve who said each attribution, for whom, through whom, where and when."""

from onrecord.resolve.resolver import Resolution, Resolver, load_resolver, outer_first

__all__ = ["Resolution", "Resolver", "load_resolver", "outer_first"]
