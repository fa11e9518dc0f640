// Grafana's own types of a dashboard, which the generated boards are held against. Built by `cargo xtask e2e`.
module lookout/grafana

go 1.26.0

require github.com/grafana/grafana-foundation-sdk/go v0.0.18
