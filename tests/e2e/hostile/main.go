// Command hostile is many clients that mean no good, or many good ones at once.
//
//	hostile ATTACK ADDRESS NUMBER
//
// It prints "holding" once the attack is at its height, with what came of it as JSON, and stays so until it is killed:
// whoever started it looks meanwhile how the server fares. (Only "raw" ends by itself.) Go is its language because it raises its own limit of open
// files and has a cheap thread for each connection.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

// patience is a guard against a server that hangs, not a measurement.
const patience = 2 * time.Minute

// silence is how long nothing may come before a connection counts as left open; much longer than the server gives a head, so that a slow
// one does not look like one that leaves it open.
const silence = time.Minute

// attacks by name; each counts what becomes of its connections.
var attacks = map[string]func(address string, number int, tally *tally){
	"idle":               idle,
	"slow-heads":         slowHeads,
	"slow-bodies":        slowBodies,
	"slow-readers":       slowReaders,
	"half-hellos":        halfHellos,
	"broken-hellos":      brokenHellos,
	"scrapers":           scrapers,
	"raw":                raw,
	"rapid-reset":        rapidReset,
	"many-streams":       manyStreams,
	"continuation":       continuation,
	"many-settings":      manySettings,
	"many-pings":         manyPings,
	"header-bomb":        headerBomb,
	"empty-frames":       emptyFrames,
	"unread-streams":     unreadStreams,
	"broken-frames":      brokenFrames,
	"window-of-one-byte": windowOfOneByte,
}

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: hostile ATTACK ADDRESS NUMBER"))
	}
	attack, known := attacks[os.Args[1]]
	number, err := strconv.Atoi(os.Args[3])
	if !known || err != nil {
		fail(fmt.Errorf("no such attack: %v", os.Args[1:]))
	}
	var tally tally
	attack(os.Args[2], number, &tally)
	fmt.Printf("holding %s\n", tally.json())
	// Not an empty select: where no goroutine waits for the network, Go takes that for a deadlock and ends.
	for os.Args[1] != "raw" {
		time.Sleep(time.Hour)
	}
}

// tally counts outcomes by name.
type tally struct {
	mutex  sync.Mutex
	counts map[string]int
}

func (t *tally) count(outcome string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[outcome]++
}

func (t *tally) json() []byte {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	text, err := json.Marshal(t.counts)
	if err != nil {
		fail(err)
	}
	return text
}

// each runs number clients at the same time and waits for all of them.
func each(number int, client func(index int)) {
	var all sync.WaitGroup
	for index := range number {
		all.Go(func() { client(index) })
	}
	all.Wait()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "hostile:", err)
	os.Exit(1)
}
