package bus_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/bus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A node is a bus with ears.
type node struct {
	*bus.Bus
	t    testing.TB
	lost chan struct{} // as Lost told
	said *logged
}

func open(t testing.TB, o bus.Options) *node {
	n := &node{t: t, lost: make(chan struct{}, 100), said: newLogged()}
	o.Log = slog.New(slog.NewTextHandler(n.said, nil))
	var err error
	n.Bus, err = bus.Open(o)
	require.NoError(t, err)
	t.Cleanup(n.Close)
	n.Lost(func() {
		select {
		case n.lost <- struct{}{}:
		default:
		}
	})
	return n
}

// listen gives what is published on subject.
func (n *node) listen(subject string) <-chan string {
	heard := make(chan string, 1000)
	_, err := n.Subscribe(subject, func(data []byte) { heard <- string(data) })
	require.NoError(n.t, err)
	return heard
}

func (n *node) say(subject, what string) {
	require.NoError(n.t, n.Publish(subject, []byte(what)))
}

const patience = 30 * time.Second // of a test, until it has failed

func next[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		require.Fail(t, "never came: "+what)
		panic("unreachable")
	}
}

func TestEveryoneHearsEverythingInOrder(t *testing.T) {
	b := open(t, bus.Options{})
	const n = 1000
	heard := []<-chan string{b.listen("room.lobby"), b.listen("room.lobby")}
	for i := range n {
		b.say("room.lobby", fmt.Sprint(i))
	}
	for _, ch := range heard {
		for i := range n {
			require.Equal(t, fmt.Sprint(i), next(t, ch, "a message"))
		}
	}
}

func TestSubjectsAreApartAndEnd(t *testing.T) {
	b := open(t, bus.Options{})
	lobby, attic := make(chan string, 9), b.listen("room.attic")
	cancel, err := b.Subscribe("room.lobby", func(data []byte) { lobby <- string(data) })
	require.NoError(t, err)

	b.say("room.lobby", "one")
	require.Equal(t, "one", next(t, lobby, "one"))
	require.NoError(t, cancel())
	require.NoError(t, cancel(), "again")
	b.say("room.lobby", "two")
	b.say("room.attic", "three")
	require.Equal(t, "three", next(t, attic, "three"))
	assert.Empty(t, lobby)
	assert.NoError(t, b.Ready())
}

func TestClosedBusSaysSo(t *testing.T) {
	b, err := bus.Open(bus.Options{Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	cancel, err := b.Subscribe("room.lobby", func([]byte) {})
	require.NoError(t, err)
	b.Close()
	assert.Error(t, b.Publish("room.lobby", nil))
	assert.Error(t, b.Ready())
	_, err = b.Subscribe("room.lobby", func([]byte) {})
	assert.Error(t, err)
	assert.NoError(t, cancel())
}

// The largest message goes through; one byte more is refused by who would publish it.
func TestMaxBytes(t *testing.T) {
	b := open(t, bus.Options{})
	sizes := make(chan int, 1)
	_, err := b.Subscribe("room.lobby", func(data []byte) { sizes <- len(data) })
	require.NoError(t, err)
	require.NoError(t, b.Publish("room.lobby", make([]byte, b.MaxBytes())))
	assert.Equal(t, 8<<20, next(t, sizes, "the largest message"))
	assert.Error(t, b.Publish("room.lobby", make([]byte, b.MaxBytes()+1)))
	assert.NoError(t, b.Ready())
}

// Ann's node does not get on with what it hears: messages to her are dropped, which she is told, and
// Ben hears all of them.
func TestSlowSubscriberIsTold(t *testing.T) {
	b := open(t, bus.Options{})
	const n, size = 40, 1 << 20
	var ann, ben = make(chan byte, n+1), make(chan byte, n+1)
	reads := make(chan struct{})
	_, err := b.Subscribe("room.lobby", func(data []byte) { <-reads; ann <- data[0] })
	require.NoError(t, err)
	_, err = b.Subscribe("room.lobby", func(data []byte) { ben <- data[0] })
	require.NoError(t, err)

	message := make([]byte, size)
	for i := range n {
		message[0] = byte(i)
		require.NoError(t, b.Publish("room.lobby", message))
		require.Equal(t, byte(i), next(t, ben, "what Ben hears"))
	}
	next(t, b.lost, "Lost")
	close(reads)
	message[0] = n
	heard, last := 0, -1
	require.Eventually(t, func() bool {
		require.NoError(t, b.Publish("room.lobby", message))
		for {
			select {
			case i := <-ann:
				if i == n {
					return true
				}
				assert.Greater(t, int(i), last, "in order")
				heard, last = heard+1, int(i)
			case <-time.After(10 * time.Millisecond):
				return false
			}
		}
	}, patience, 10*time.Millisecond, "Ann goes on")
	assert.Greater(t, heard, 8)
	assert.Less(t, heard, n-10, "what waits is bounded")
}

func BenchmarkThereAndBack(b *testing.B) {
	carrier := open(b, bus.Options{})
	back := make(chan struct{}, 1)
	_, err := carrier.Subscribe("room.lobby", func([]byte) { back <- struct{}{} })
	require.NoError(b, err)
	frame := make([]byte, 345)
	for b.Loop() {
		if err := carrier.Publish("room.lobby", frame); err != nil {
			b.Fatal(err)
		}
		<-back
	}
}
