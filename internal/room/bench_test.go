package room_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/room"
	"gochatting/internal/socket"
	"gochatting/internal/user"
)

// BenchmarkFanOut offers one frame to a thousand online users who keep up.
func BenchmarkFanOut(b *testing.B) {
	h := open(b, nil)
	const people = 1000
	heard := make(chan struct{}, people)
	var r *room.ActiveRoom
	for i := range people {
		info := message.User{ID: fmt.Sprint("u", i), Name: fmt.Sprint("u", i)}
		u := user.New(fmt.Sprint("tab", i), "s", info, counter{newLine(), heard}, user.Unlimited)
		u.Greet(nil)
		var err error
		r, err = h.rooms.Join(b.Context(), message.Lobby, u)
		require.NoError(b, err)
	}
	m := message.Message{MType: message.TextMType, Room: message.Lobby, TextMessage: &message.TextMessage{Content: strings.Repeat("x", 100)}}
	b.ReportAllocs()
	for rev := int64(1); b.Loop(); rev++ {
		m.TextMessage.ID, m.TextMessage.Rev = rev, rev
		f, err := message.Encode(m)
		if err != nil {
			b.Fatal(err)
		}
		r.Broadcast <- []*message.Frame{f}
		for range people {
			<-heard
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/people, "ns/delivery")
}

// A counter is a line that tells of texts and keeps nothing.
type counter struct {
	*line
	heard chan<- struct{}
}

func (c counter) TryWrite(b []byte) socket.Taken {
	if bytes.Contains(b[:40], []byte(message.TextMType)) {
		c.heard <- struct{}{}
	}
	return socket.All
}

func (c counter) Write([]byte) error { return nil }
