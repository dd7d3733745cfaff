package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/postgrestest"
)

// A fleet is some nodes of the real program on a PostgreSQL of their own. They reach each other by
// the cables between them and in no other way.
type fleet struct {
	t        *testing.T
	postgres *postgrestest.Server
	nodes    []*fleetNode
	cables   map[[2]int]*cable // from the first to the second
}

// A fleetNode is a place for a process, with addresses that stay.
type fleetNode struct {
	*process
	addr, routes string
	env, args    []string
}

// closedAddress is an address at which nobody listens.
const closedAddress = "127.0.0.1:1"

// startFleet starts all nodes at the same time, on an empty database.
func startFleet(t *testing.T, size int) *fleet {
	f := &fleet{t: t, postgres: postgrestest.Start(t), cables: make(map[[2]int]*cable)}
	for range size {
		f.nodes = append(f.nodes, &fleetNode{addr: quietAddress(t), routes: quietAddress(t)})
	}
	for i, n := range f.nodes {
		var peers []string
		for j, other := range f.nodes {
			if i != j {
				way := lay(t, other.routes)
				f.cables[[2]int{i, j}] = way
				peers = append(peers, way.Addr().String())
			}
		}
		n.env = []string{"GOCHATTING_DATABASE=" + f.postgres.URL}
		n.args = []string{"--addr", n.addr, "--data", t.TempDir(), "--gravatar", "off", "--limits", "off",
			"--cluster", n.routes, "--peers", strings.Join(peers, ","), "--cluster-advertise", closedAddress}
		n.process = launchWith(t, n.env, n.args...)
	}
	t.Cleanup(func() { // all at once, before each is waited for
		for _, n := range f.nodes {
			n.terminate()
		}
	})
	for i := range f.nodes {
		f.await(i)
	}
	return f
}

// start has a node back that has ended.
func (f *fleet) start(i int) {
	n := f.nodes[i]
	n.process = launchWith(f.t, n.env, n.args...)
	f.await(i)
}

// await waits until a node says that it can serve.
func (f *fleet) await(i int) {
	f.t.Helper()
	n := f.nodes[i]
	n.Base = n.out.await(f.t, `open (http://\S+) in your browser`)
	f.awaitReady(i, http.StatusOK)
}

func (f *fleet) awaitReady(i, wanted int) {
	f.t.Helper()
	require.Eventually(f.t, func() bool { return status(f.t, f.base(i)+"/readyz") == wanted },
		chattest.Patience, 50*time.Millisecond, "node %d: /readyz becomes %d", i, wanted)
}

// base is where a node answers, or would.
func (f *fleet) base(i int) string { return "http://" + f.nodes[i].addr }

// wire makes what is between two nodes joined, broken or silent.
func (f *fleet) wire(i, j int, state cableState) {
	f.cables[[2]int{i, j}].set(state)
	f.cables[[2]int{j, i}].set(state)
}

// at is somebody at another node, in the same browser.
func (f *fleet) at(i int, p *chattest.Person) *chattest.Person {
	there := *p
	there.Base = f.base(i)
	return &there
}

// quietAddresses are those that some test has, which may not listen there yet.
var quietAddresses sync.Map

// quietAddress is free, and no port that the system gives away by itself: it is free still when
// who listened there comes back.
func quietAddress(t *testing.T) string {
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(10000))
		if _, given := quietAddresses.LoadOrStore(address, true); given {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			assert.NoError(t, l.Close())
			return address
		}
	}
	require.FailNow(t, "no port is free")
	return ""
}
