package bus_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/bus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T) *bus.Bus {
	b, err := bus.Open()
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return b
}

func TestEveryoneHearsEverythingInOrder(t *testing.T) {
	b := open(t)
	const n = 1000
	heard := [2]chan string{make(chan string, n), make(chan string, n)}
	for _, ch := range heard {
		_, err := b.Subscribe("room.lobby", func(data []byte) { ch <- string(data) })
		require.NoError(t, err)
	}
	for i := range n {
		require.NoError(t, b.Publish("room.lobby", fmt.Append(nil, i)))
	}
	for _, ch := range heard {
		for i := range n {
			require.Equal(t, fmt.Sprint(i), <-ch)
		}
	}
}

func TestSubjectsAreApartAndEnd(t *testing.T) {
	b := open(t)
	lobby, attic := make(chan string, 9), make(chan string, 9)
	sub, err := b.Subscribe("room.lobby", func(data []byte) { lobby <- string(data) })
	require.NoError(t, err)
	_, err = b.Subscribe("room.attic", func(data []byte) { attic <- string(data) })
	require.NoError(t, err)

	require.NoError(t, b.Publish("room.lobby", []byte("one")))
	require.Equal(t, "one", <-lobby)
	require.NoError(t, sub.Cancel())
	require.NoError(t, b.Publish("room.lobby", []byte("two")))
	require.NoError(t, b.Publish("room.attic", []byte("three")))
	require.Equal(t, "three", <-attic)
	assert.Empty(t, lobby)
	assert.NoError(t, b.Ready())
}

func TestClosedBusSaysSo(t *testing.T) {
	b, err := bus.Open()
	require.NoError(t, err)
	b.Close()
	assert.Error(t, b.Publish("room.lobby", nil))
	assert.Error(t, b.Ready())
}

func BenchmarkThereAndBack(b *testing.B) {
	carrier, err := bus.Open()
	require.NoError(b, err)
	defer carrier.Close()
	back := make(chan struct{}, 1)
	_, err = carrier.Subscribe("room.lobby", func([]byte) { back <- struct{}{} })
	require.NoError(b, err)
	frame := make([]byte, 345)
	for b.Loop() {
		if err := carrier.Publish("room.lobby", frame); err != nil {
			b.Fatal(err)
		}
		<-back
	}
}
