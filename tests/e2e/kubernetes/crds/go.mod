// The custom resources of cert-manager and of the Gateway API, which their modules hold as files. Read by `cargo xtask e2e`.
module lookout/crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	sigs.k8s.io/gateway-api v1.6.0
)
