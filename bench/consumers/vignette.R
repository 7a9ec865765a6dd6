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

if (requireNamespace("RSQLite", quietly = TRUE)) {
  library(DBI)
  con <- dbConnect(RSQLite::SQLite(), file.path(folder, "study.dna"))
  coded <- dbGetQuery(con, "
    WITH words AS (SELECT d.StatementId AS id, v.Variable AS variable, e.Value AS value
                   FROM DATASHORTTEXT d JOIN VARIABLES v ON v.ID = d.VariableId JOIN ENTITIES e ON e.ID = d.Entity)
    SELECT o.value AS organization, c.value AS concept, 2 * b.Value - 1 AS side
    FROM DATABOOLEAN b
    JOIN VARIABLES v ON v.ID = b.VariableId AND v.Variable = 'agreement'
    JOIN words o ON o.id = b.StatementId AND o.variable = 'organization'
    JOIN words c ON c.id = b.StatementId AND c.variable = 'concept'")
  dbDisconnect(con)
  sides <- xtabs(side ~ organization + concept, coded)
  made <- as.matrix(read.csv(file.path(folder, "dna-two.csv"), row.names = 1, check.names = FALSE))
  stopifnot(nrow(made) > 2, all(made == sides[rownames(made), colnames(made)]))
}

# rDNA's functions: the installed package, or a file with them that RDNA_SOURCE names.
with_rdna <- if (nzchar(Sys.getenv("RDNA_SOURCE"))) {
  source(Sys.getenv("RDNA_SOURCE"))
  TRUE
} else if (requireNamespace("rDNA", quietly = TRUE)) {
  library(rDNA)
  TRUE
} else FALSE

if (with_rdna) {
  dna_init()
  dna_openDatabase(file.path(folder, "study.dna"), coderId = 1, coderPassword = "onrecord")
  nw <- dna_network(networkType = "onemode", statementType = "DNA Statement",
                    variable1 = "organization", variable2 = "concept", qualifier = "agreement",
                    qualifierAggregation = "subtract", normalization = "average", duplicates = "document")
  two <- dna_network(networkType = "twomode", statementType = "DNA Statement",
                     variable1 = "organization", variable2 = "concept", qualifier = "agreement",
                     qualifierAggregation = "subtract")
  dna_closeDatabase()
  same <- function(matrix, file) {
    made <- as.matrix(read.csv(file.path(folder, file), row.names = 1, check.names = FALSE))
    stopifnot(setequal(rownames(matrix), rownames(made)), setequal(colnames(matrix), colnames(made)),
              max(abs(made[rownames(matrix), colnames(matrix)] - matrix[, ])) < 1e-9)
  }
  same(nw, "dna-one.csv")
  same(two, "dna-two.csv")
  cat("rDNA:", nrow(nw), "organizations, the same networks as OnRecord's\n")
} else cat("rDNA: not installed, not checked\n")
