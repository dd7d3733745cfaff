package bus_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/bus"
)

const nowhere = "127.0.0.1:1" // nobody listens there

// ports gives addresses on which nobody listens yet.
func ports(t testing.TB, n int) (at []string) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		at = append(at, l.Addr().String())
	}
	return at
}

// meet waits until each node hears all others.
func meet(t testing.TB, nodes ...*node) {
	t.Helper()
	for i, n := range nodes {
		heard := make(chan string, 1000)
		cancel, err := n.Subscribe(fmt.Sprint("meet.", i), func(data []byte) { heard <- string(data) })
		require.NoError(t, err)
		missing := make(map[string]bool)
		for j := range nodes {
			missing[fmt.Sprint(j)] = true
		}
		require.Eventually(t, func() bool {
			for j, other := range nodes {
				other.say(fmt.Sprint("meet.", i), fmt.Sprint(j))
			}
			for {
				select {
				case who := <-heard:
					delete(missing, who)
				default:
					return len(missing) == 0
				}
			}
		}, patience, 20*time.Millisecond, "%v of %d nodes do not hear each other", missing, len(nodes))
		require.NoError(t, cancel())
	}
}

// Three nodes, all given the same peers, themselves among them, and started one after another.
func TestThreeNodes(t *testing.T) {
	t.Parallel()
	at, ours := ports(t, 3), identity(t)
	nodes := make([]*node, len(at))
	for i := range nodes {
		nodes[i] = open(t, bus.Options{Cluster: at[i], Peers: at, Identity: ours, Node: fmt.Sprint("node", i)})
	}
	meet(t, nodes...)
	var heard []<-chan string
	for _, n := range nodes {
		heard = append(heard, n.listen("room.lobby"))
	}
	meet(t, nodes...) // what was subscribed before is known too
	const n = 1000
	for i := range n {
		nodes[1].say("room.lobby", fmt.Sprint(i))
	}
	for _, from := range heard {
		for i := range n {
			require.Equal(t, fmt.Sprint(i), next(t, from, "a message"))
		}
	}
	sizes := make(chan int, 1)
	_, err := nodes[0].Subscribe("room.attic", func(data []byte) { sizes <- len(data) })
	require.NoError(t, err)
	meet(t, nodes...)
	require.NoError(t, nodes[2].Publish("room.attic", make([]byte, nodes[2].MaxBytes())))
	assert.Equal(t, 8<<20, next(t, sizes, "the largest message"))
	assert.NoError(t, nodes[0].Ready())

	// A node ends: what it said last comes; it comes back, and is known again.
	for i := range n {
		nodes[2].say("room.lobby", fmt.Sprint("last ", i))
	}
	nodes[0].said.await(t, "in reach.* node=node2")
	nodes[2].Close()
	for i := range n {
		require.Equal(t, fmt.Sprint("last ", i), next(t, heard[0], "a message"))
	}
	nodes[0].said.await(t, "out of reach.* node=node2")
	assert.NoError(t, nodes[0].Ready(), "the others need nobody")
	nodes[2] = open(t, bus.Options{Cluster: at[2], Peers: at, Identity: ours, Node: "node2"})
	meet(t, nodes...)
	for _, n := range nodes {
		next(t, n.lost, "Lost")
	}
}

// Each of two nodes knows the first only, which tells them of each other.
func TestNodesTellOfEachOther(t *testing.T) {
	t.Parallel()
	at, ours := ports(t, 3), identity(t)
	nodes := []*node{open(t, bus.Options{Cluster: at[0], Identity: ours})}
	for _, own := range at[1:] {
		nodes = append(nodes, open(t, bus.Options{Cluster: own, Peers: at[:1], Identity: ours, Advertise: own}))
	}
	meet(t, nodes...)
}

// wired is three nodes with a wire for each way between two, around which there is none.
func wired(t testing.TB) (nodes []*node, wires func(i, j int, cut, clog bool)) {
	at, ours := ports(t, 3), identity(t)
	var all [3][3]*wire // from, to
	for i := range at {
		var peers []string
		for j := range at {
			if i != j {
				all[i][j] = newWire(t, at[j])
				peers = append(peers, all[i][j].at())
			}
		}
		nodes = append(nodes, open(t, bus.Options{Cluster: at[i], Peers: peers, Advertise: nowhere, Identity: ours, Node: fmt.Sprint("node", i)}))
	}
	meet(t, nodes...)
	for i, n := range nodes {
		for j := range nodes {
			if i != j {
				n.said.await(t, fmt.Sprint("in reach.* node=node", j))
			}
		}
	}
	return nodes, func(i, j int, cut, clog bool) {
		all[i][j].set(cut, clog)
		all[j][i].set(cut, clog)
	}
}

// The wire between two nodes is cut: each still hears the third. It is mended: they hear each other,
// and are told that they did not hear everything.
func TestCutBetweenTwoNodes(t *testing.T) {
	t.Parallel()
	nodes, wires := wired(t)
	ann, ben, cid := nodes[0].listen("room.lobby"), nodes[1].listen("room.lobby"), nodes[2].listen("room.lobby")
	meet(t, nodes...)
	wires(0, 1, true, false)
	nodes[0].said.await(t, "out of reach.* node=node1")
	nodes[1].said.await(t, "out of reach.* node=node0")
	for _, n := range nodes {
		n.forget()
	}
	nodes[0].say("room.lobby", "Ben does not hear this")
	nodes[2].say("room.lobby", "everybody does")
	assert.ElementsMatch(t, []string{"Ben does not hear this", "everybody does"}, []string{next(t, ann, "a message"), next(t, ann, "a message")})
	assert.ElementsMatch(t, []string{"Ben does not hear this", "everybody does"}, []string{next(t, cid, "a message"), next(t, cid, "a message")})
	assert.Equal(t, "everybody does", next(t, ben, "a message"))

	wires(0, 1, false, false)
	next(t, nodes[0].lost, "Lost")
	next(t, nodes[1].lost, "Lost")
	meet(t, nodes...)
	nodes[0].say("room.lobby", "all again")
	assert.Equal(t, "all again", next(t, ben, "a message"))
	assert.Empty(t, nodes[2].lost, "the third heard everything")
}

// Nothing comes through between two nodes any more, and nobody hangs up. Both notice; publishing to
// a wall waits for nobody, and what is too much is not kept.
func TestWallBetweenTwoNodes(t *testing.T) {
	t.Parallel()
	nodes, wires := wired(t)
	ben, cid := nodes[1].listen("room.lobby"), nodes[2].listen("room.lobby")
	meet(t, nodes...)
	wires(0, 1, false, true)
	const n = 40
	for i := range n {
		require.NoError(t, nodes[0].Publish("room.lobby", append(fmt.Append(nil, i), make([]byte, 1<<20)...)))
		next(t, cid, "what the third hears")
	}
	nodes[0].said.await(t, "out of reach.* node=node1")
	nodes[1].said.await(t, "out of reach.* node=node0")
	for _, n := range nodes {
		n.forget()
	}
	wires(0, 1, false, false)
	next(t, nodes[0].lost, "Lost")
	next(t, nodes[1].lost, "Lost")
	meet(t, nodes...)
	assert.Less(t, len(ben), n, "of what the wall kept back")
	nodes[0].say("room.lobby", "all again")
	for next(t, ben, "a message") != "all again" {
	}
}

func (n *node) forget() {
	for len(n.lost) > 0 {
		<-n.lost
	}
}

// Whoever answers at a peer's address without the identity is not told anything.
func TestFalsePeerGetsNothing(t *testing.T) {
	t.Parallel()
	other := identity(t)
	theirs, err := tls.X509KeyPair([]byte(other), []byte(other))
	require.NoError(t, err)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{theirs}})
	require.NoError(t, err)
	defer l.Close()
	open(t, bus.Options{Cluster: ports(t, 1)[0], Peers: []string{l.Addr().String()}, Identity: identity(t)})
	conn, err := l.Accept()
	require.NoError(t, err)
	assert.ErrorContains(t, conn.(*tls.Conn).Handshake(), "remote error: tls: ")
	require.NoError(t, conn.Close())
}

// Without the identity of the others, or with another, nobody hears a thing or is heard.
func TestStrangersGetNothing(t *testing.T) {
	t.Parallel()
	at := ports(t, 2)
	ann := open(t, bus.Options{Cluster: at[0], Identity: identity(t), Peers: at})
	stranger := open(t, bus.Options{Cluster: at[1], Identity: identity(t), Peers: at})
	ann.said.await(t, "(?i)tls.* handshake")
	stranger.said.await(t, "(?i)tls.* handshake")
	own, foreign := ann.listen("room.lobby"), stranger.listen("room.lobby")
	ann.say("room.lobby", "hello")
	stranger.say("room.lobby", "hello, too")
	assert.Equal(t, "hello", next(t, own, "hello"))
	assert.Equal(t, "hello, too", next(t, foreign, "hello, too"))
	assert.NotContains(t, ann.said.String()+stranger.said.String(), "in reach")

	other := identity(t)
	theirs, err := tls.X509KeyPair([]byte(other), []byte(other))
	require.NoError(t, err)
	for _, shows := range [][]tls.Certificate{nil, {theirs}} {
		conn, err := tls.Dial("tcp", at[0], &tls.Config{InsecureSkipVerify: true, Certificates: shows})
		require.NoError(t, err) // in TLS 1.3 a client learns later whether it is believed
		_, err = conn.Read(make([]byte, 1))
		assert.ErrorContains(t, err, "remote error: tls: ")
		require.NoError(t, conn.Close())
		_, err = nats.Connect(ann.Inside(), nats.Secure(&tls.Config{InsecureSkipVerify: true, Certificates: shows}))
		assert.ErrorContains(t, err, "tls")
	}
	_, err = nats.Connect(ann.Inside())
	assert.Error(t, err)
	plain, err := net.Dial("tcp", at[0])
	require.NoError(t, err)
	_, err = plain.Write([]byte("INFO {}\r\nCONNECT {}\r\nSUB room.lobby 1\r\nPING\r\n"))
	require.NoError(t, err)
	require.NoError(t, plain.SetReadDeadline(time.Now().Add(patience)))
	answer := make([]byte, 100)
	n, _ := plain.Read(answer)
	assert.False(t, slices.Contains(answer[:n], '{'), "%q", answer[:n]) // a TLS alert at most
	require.NoError(t, plain.Close())
}

func TestClusterThatCannotBe(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	ours := identity(t)
	assert.Contains(t, fails(t, bus.Options{Cluster: l.Addr().String(), Identity: ours}), "address already in use")
	assert.Contains(t, fails(t, bus.Options{Cluster: ":6222"}), "identity")
	assert.Contains(t, fails(t, bus.Options{Cluster: ":6222", Identity: "hunter2"}), "identity")
	assert.Contains(t, fails(t, bus.Options{Cluster: "6222", Identity: ours}), "missing port")
	assert.Contains(t, fails(t, bus.Options{Cluster: ":0", Identity: ours}), "port")
	assert.Contains(t, fails(t, bus.Options{Cluster: ":6222", Peers: []string{"node2"}, Identity: ours}), `"node2"`)
}
