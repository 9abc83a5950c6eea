"""From a question to ranked passages: two retrievers, fused and reranked."""
