// Command toolkit shows what exporter-toolkit makes of a web configuration, so that Lookout can be held against it.
//
//	toolkit validate FILE...   a JSON line per file: what the toolkit's check says of it
//	toolkit serve FILE         a server of the toolkit with this file; prints its address once it serves
//	toolkit act                a JSON line per scenario on the input, a JSON line per outcome on the output
//	toolkit hash               a JSON line per password on the input, its bcrypt hash on the output
//
// The client is Go's because Prometheus is its program, and because it speaks the old protocols on demand.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/crypto/bcrypt"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: toolkit validate|serve|act|hash"))
	}
	switch os.Args[1] {
	case "validate":
		validate(os.Args[2:])
	case "serve":
		fail(serve(os.Args[2]))
	case "act":
		lines(func(scenario Scenario) any { return act(scenario) })
	case "hash":
		lines(func(password string) any {
			hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
			if err != nil {
				fail(err)
			}
			return string(hash)
		})
	default:
		fail(fmt.Errorf("no such command: %s", os.Args[1]))
	}
}

// validate writes the complaint about each file; empty where there is none.
func validate(files []string) {
	for _, file := range files {
		complaint := ""
		if err := web.Validate(file); err != nil {
			complaint = err.Error()
		}
		write(complaint)
	}
}

// lines answers each line of the input with a line of the output.
func lines[T any](answer func(T) any) {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<20)
	for input.Scan() {
		var question T
		if err := json.Unmarshal(input.Bytes(), &question); err != nil {
			fail(err)
		}
		write(answer(question))
	}
}

func write(value any) {
	if err := json.NewEncoder(os.Stdout).Encode(value); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "toolkit:", err)
	os.Exit(1)
}
