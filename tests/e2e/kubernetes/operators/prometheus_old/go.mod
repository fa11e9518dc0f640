// The definitions of objects of the oldest prometheus-operator that rules are rendered for; only its files are read, by
// `cargo xtask e2e`.
module lookout/prometheus-operator-old

go 1.26.0

require github.com/prometheus-operator/prometheus-operator v0.60.0
