# The code of docs/r.md, checked: Rscript vignette.R FOLDER, with the files of `run.py` in it.
folder <- commandArgs(trailingOnly = TRUE)[1]

statements <- read.csv(file.path(folder, "statements.csv"))
stopifnot(nrow(statements) > 0, all(c("speaker", "issue", "stance", "confidence") %in% names(statements)))
sure <- subset(statements, confidence >= 0.5 & stance %in% c("support", "oppose"))
print(table(sure$speaker, sure$issue))

if (requireNamespace("igraph", quietly = TRUE)) {
  library(igraph)
  g <- read_graph(file.path(folder, "one.graphml"), format = "graphml")
  stopifnot(vcount(g) > 2, !anyDuplicated(V(g)$name), is.numeric(E(g)$weight))
  allies <- delete_edges(g, E(g)[weight <= 0])
  print(membership(cluster_louvain(allies)))
}

if (requireNamespace("rDNA", quietly = TRUE)) {
  library(rDNA)
  dna_init()
  dna_openDatabase(file.path(folder, "study.dna"), coderId = 1, coderPassword = "onrecord")
  nw <- dna_network(networkType = "onemode",
                    variable1 = "organization", variable2 = "concept", qualifier = "agreement",
                    qualifierAggregation = "subtract", normalization = "average", duplicates = "document")
  stopifnot(nrow(nw) > 2)
  dna_closeDatabase()
}
