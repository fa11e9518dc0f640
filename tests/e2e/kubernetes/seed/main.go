// Fills a Kubernetes API server with TLS Secrets of distinct certificates and with Helm releases, and changes one of them:
//
//	seed FOLDER SERVER fill SECRETS NAMESPACES RELEASES RELEASE_BYTES
//	seed FOLDER SERVER add|replace|delete NAME
//
// FOLDER holds authority.pem, admin.pem and admin.key. What adds and replaces prints the serial number in decimal when the
// server has answered; what deletes prints the name.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// How many requests wait at once: more than the server answers in parallel.
const workers = 32

// The namespace of the Secret that is changed.
const changed = "site-0000"

type cluster struct {
	server string
	client *http.Client
	key    *ecdsa.PrivateKey
	issuer *x509.Certificate
}

func main() {
	log.SetFlags(0)
	folder, server, verb := os.Args[1], os.Args[2], os.Args[3]
	c := connect(folder, server)
	switch verb {
	case "fill":
		c.fill(number(4), number(5), number(6), number(7))
	case "add":
		secret, serial := c.secret(os.Args[4])
		c.must("POST", secrets(changed), secret)
		fmt.Println(serial)
	case "replace":
		secret, serial := c.secret(os.Args[4])
		c.must("PUT", secrets(changed)+"/"+os.Args[4], secret)
		fmt.Println(serial)
	case "delete":
		c.must("DELETE", secrets(changed)+"/"+os.Args[4], nil)
		fmt.Println(os.Args[4])
	default:
		log.Fatalf("`%s` is none of fill, add, replace and delete", verb)
	}
}

func number(place int) int {
	number, err := strconv.Atoi(os.Args[place])
	check(err)
	return number
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func secrets(namespace string) string {
	return "/api/v1/namespaces/" + namespace + "/secrets"
}

func connect(folder, server string) *cluster {
	identity, err := tls.LoadX509KeyPair(filepath.Join(folder, "admin.pem"), filepath.Join(folder, "admin.key"))
	check(err)
	authority, err := os.ReadFile(filepath.Join(folder, "authority.pem"))
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{identity}},
		ForceAttemptHTTP2: true,
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	issuer := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now(), NotAfter: time.Now().AddDate(10, 0, 0),
	}
	return &cluster{server, &http.Client{Transport: transport}, key, issuer}
}

// A TLS Secret with a certificate and key of its own, and the certificate's serial number.
func (c *cluster) secret(name string) (map[string]any, *big.Int) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	check(err)
	certificate := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name + ".example.org", Organization: []string{"Bench"}},
		DNSNames: []string{name + ".example.org"}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(0, 3, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate, c.issuer, &key.PublicKey, c.key)
	check(err)
	encoded, err := x509.MarshalECPrivateKey(key)
	check(err)
	text := func(kind string, bytes []byte) string {
		return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}))
	}
	return map[string]any{
		"metadata": map[string]any{"name": name}, "type": "kubernetes.io/tls",
		"data": map[string]any{"tls.crt": text("CERTIFICATE", der), "tls.key": text("EC PRIVATE KEY", encoded)},
	}, serial
}

// A Secret as Helm keeps a release in.
func release(name string, size int) map[string]any {
	blob := make([]byte, size)
	_, err := rand.Read(blob)
	check(err)
	return map[string]any{
		"metadata": map[string]any{"name": "sh.helm.release.v1." + name + ".v1", "labels": map[string]any{"owner": "helm"}},
		"type":     "helm.sh/release.v1",
		"data":     map[string]any{"release": base64.StdEncoding.EncodeToString(blob)},
	}
}

func (c *cluster) fill(count, namespaces, releases, size int) {
	namespace := func(n int) string { return fmt.Sprintf("site-%04d", n%namespaces) }
	c.each(namespaces, func(n int) {
		c.must("POST", "/api/v1/namespaces", map[string]any{"metadata": map[string]any{"name": namespace(n)}})
	})
	c.each(count, func(n int) {
		secret, _ := c.secret(fmt.Sprintf("site-%06d", n))
		c.must("POST", secrets(namespace(n)), secret)
	})
	c.each(releases, func(n int) {
		c.must("POST", secrets(namespace(n)), release(fmt.Sprintf("release-%04d", n), size))
	})
}

// Does it for each number below count, many at once.
func (c *cluster) each(count int, do func(int)) {
	numbers := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for n := range numbers {
				do(n)
			}
		})
	}
	for n := range count {
		numbers <- n
	}
	close(numbers)
	group.Wait()
}

func (c *cluster) must(method, path string, body any) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		check(err)
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, c.server+path, reader)
	check(err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := c.client.Do(request)
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	if answer.StatusCode >= 300 {
		log.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
}
