"""openapi.yaml: made of the routes and schemas, for people, linters and client generators."""
