// cert-manager's controller: its own parts, started as its program starts them, which is published in no module of its own.
//
//	certmanager --kubeconfig FILE [--nameserver HOST:PORT] [--backoff DURATION]
//
// What can be set on its program's command line is as its release has it by default, but what is above, leader election, and that
// no other issuers than self-signed, CA and ACME are there. Its webhook does not run: who makes objects writes them out.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/cert-manager/cert-manager/pkg/controller"
	_ "github.com/cert-manager/cert-manager/pkg/controller/acmechallenges"
	_ "github.com/cert-manager/cert-manager/pkg/controller/acmeorders"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/acme"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

// How many objects each controller works on at a time.
const workers = 5

func main() {
	log.SetFlags(0)
	kubeconfig := flag.String("kubeconfig", "", "how the API server is reached")
	nameserver := flag.String("nameserver", "", "who is asked for the addresses of names, as host:port")
	backoff := flag.Duration("backoff", time.Hour, "how long after a failure the next request is made at the earliest")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	factory, err := controller.NewContextFactory(ctx, options(*kubeconfig, *nameserver, *backoff))
	if err != nil {
		log.Fatalf("cert-manager cannot be set up: %v", err)
	}
	run(ctx, factory)
}

func options(kubeconfig, nameserver string, backoff time.Duration) controller.ContextOptions {
	var nameservers []string
	if nameserver != "" {
		nameservers = strings.Split(nameserver, ",")
	}
	return controller.ContextOptions{
		Kubeconfig:         kubeconfig,
		KubernetesAPIQPS:   20,
		KubernetesAPIBurst: 50,
		IssuerOptions: controller.IssuerOptions{
			ClusterResourceNamespace:        "kube-system",
			ClusterIssuerAmbientCredentials: true,
		},
		ACMEOptions: controller.ACMEOptions{
			HTTP01SolverImage:                 "quay.io/jetstack/cert-manager-acmesolver:v1.21.2",
			HTTP01SolverResourceRequestCPU:    resource.MustParse("10m"),
			HTTP01SolverResourceRequestMemory: resource.MustParse("64Mi"),
			HTTP01SolverResourceLimitsCPU:     resource.MustParse("100m"),
			HTTP01SolverResourceLimitsMemory:  resource.MustParse("64Mi"),
			ACMEHTTP01SolverRunAsNonRoot:      true,
			HTTP01SolverNameservers:           nameservers,
			DNS01CheckAuthoritative:           true,
			DNS01Nameservers:                  nameservers,
			DNS01CheckRetryPeriod:             10 * time.Second,
		},
		CertificateOptions: controller.CertificateOptions{
			CopiedAnnotationPrefixes:                 []string{"*", "-kubectl.kubernetes.io/", "-fluxcd.io/", "-argocd.argoproj.io/"},
			CertificateRequestMinimumBackoffDuration: backoff,
			CertificateRequestMaximumBackoffDuration: 32 * time.Hour,
		},
		SchedulerOptions: controller.SchedulerOptions{MaxConcurrentChallenges: 60},
	}
}

// run starts every controller that is linked in, and returns when all have ended.
func run(ctx context.Context, factory *controller.ContextFactory) {
	var running sync.WaitGroup
	for name, construct := range controller.Known() {
		constructed, err := construct(factory)
		if err != nil {
			log.Fatalf("the controller %s cannot be set up: %v", name, err)
		}
		running.Go(func() {
			if err := constructed.Run(workers, ctx); err != nil {
				log.Fatalf("the controller %s ended: %v", name, err)
			}
		})
	}
	shared, err := factory.Build()
	if err != nil {
		log.Fatalf("what the controllers share cannot be set up: %v", err)
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	running.Wait()
}
