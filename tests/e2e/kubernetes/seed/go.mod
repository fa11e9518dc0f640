// Fills a Kubernetes API server with TLS Secrets and Helm releases, and changes one. Built by `cargo xtask bench`.
module lookout/seed

go 1.25.0
