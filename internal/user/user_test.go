package user_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"gochatting/internal/message"
	"gochatting/internal/socket"
	"gochatting/internal/user"
)

// A line is a connection whose other end the test holds.
type line struct {
	up     chan string
	writes chan string
	closed chan struct{}

	once   sync.Once
	code   int
	reason string
}

func newLine() *line {
	return &line{up: make(chan string), writes: make(chan string), closed: make(chan struct{})}
}

func (l *line) Receive() ([]byte, error) {
	select {
	case data := <-l.up:
		return []byte(data), nil
	case <-l.closed:
		return nil, io.EOF
	}
}

func (l *line) Write(b []byte) error {
	select {
	case l.writes <- string(b):
		return nil
	case <-l.closed:
		return io.ErrClosedPipe
	}
}

func (l *line) Close(code int, reason string) {
	l.once.Do(func() { l.code, l.reason = code, reason; close(l.closed) })
}

// An inbox keeps what was posted, or refuses it.
type inbox struct {
	posted chan message.Message
	err    error
}

func (i inbox) Post(_ context.Context, _ *user.OnlineUser, m message.Message) error {
	if i.err == nil {
		i.posted <- m
	}
	return i.err
}

func frame(text string) *message.Frame { return &message.Frame{Bytes: []byte(text)} }

// answer is the error that waits for the client.
func answer(t *testing.T, u *user.OnlineUser) (ref string, e *message.Error) {
	f := <-u.Send
	var m message.Message
	start := 2
	if f.Bytes[1] == 126 {
		start = 4
	}
	require.NoError(t, json.Unmarshal(f.Bytes[start:], &m))
	require.Equal(t, message.ErrorMType, m.MType)
	return m.Ref, m.Error
}

func TestWhatIsPendingGoesOutInOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		u := user.New("tab", "s", message.User{ID: "ann"}, l, user.Unlimited)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- u.PushToClient(ctx) }()

		require.True(t, u.Offer(frame("one ")))
		synctest.Wait() // the first is being written; nobody takes it yet
		for _, text := range []string{"two ", "three ", "four "} {
			require.True(t, u.Offer(frame(text)))
		}
		assert.Equal(t, "one ", <-l.writes)
		assert.Equal(t, "two three four ", <-l.writes)
		cancel()
		assert.ErrorIs(t, <-ended, context.Canceled)
	})
}

func TestOfferNeverWaits(t *testing.T) {
	u := user.New("tab", "s", message.User{}, newLine(), user.Unlimited)
	n := 0
	for u.Offer(frame("x")) {
		n++
	}
	assert.Equal(t, cap(u.Send), n)
}

func TestBrokenSocketEndsPushing(t *testing.T) {
	l := newLine()
	u := user.New("tab", "s", message.User{}, l, user.Unlimited)
	l.Close(1006, "")
	u.Offer(frame("x"))
	assert.ErrorIs(t, u.PushToClient(t.Context()), io.ErrClosedPipe)
}

func TestPullUnderstandsBothDialects(t *testing.T) {
	for _, first := range []bool{true, false} {
		l := newLine()
		u := user.New("tab", "s", message.User{ID: "ann"}, l, user.Unlimited)
		u.First = first
		in := inbox{posted: make(chan message.Message, 1)}
		ended := make(chan error)
		go func() { ended <- u.PullFromClient(t.Context(), in) }()
		if first {
			l.up <- `{"not":"parsed"}`
			assert.Equal(t, message.Message{MType: message.TextMType, Room: message.Lobby,
				TextMessage: &message.TextMessage{Content: `{"not":"parsed"}`}}, <-in.posted)
		} else {
			l.up <- `{"MType":"text_mtype","Room":"attic","Ref":"r","TextMessage":{"Content":"hi"}}`
			assert.Equal(t, message.Message{MType: message.TextMType, Room: "attic", Ref: "r",
				TextMessage: &message.TextMessage{Content: "hi"}}, <-in.posted)

			l.up <- `{"MType":"text_mtype","Ref":"r2","Nonsense":1}`
			ref, e := answer(t, u)
			assert.Equal(t, "r2", ref)
			assert.Contains(t, e.Text, "Nonsense")
			for _, other := range []string{`{"MType":"status_mtype","Ref":"r3"}`, `{"MType":"text_mtype","Ref":"r3"}`} {
				l.up <- other
				ref, e = answer(t, u)
				assert.Equal(t, "r3", ref)
				assert.Equal(t, message.CodeInvalid, e.Code)
			}
			l.up <- `{"MType":"text_mtype","TextMessage":{"Content":"still here"}}`
			assert.Equal(t, "still here", (<-in.posted).TextMessage.Content)
		}
		l.Close(1000, "")
		assert.ErrorIs(t, <-ended, io.EOF)
	}
}

func TestRefusalsAreAnsweredWithoutInternals(t *testing.T) {
	l := newLine()
	u := user.New("tab", "s", message.User{}, l, user.Unlimited)
	ended := make(chan error)
	go func() { ended <- u.PullFromClient(t.Context(), inbox{err: errors.New("secret path /x")}) }()
	l.up <- `{"MType":"text_mtype","Ref":"r","TextMessage":{"Content":"hi"}}`
	ref, e := answer(t, u)
	assert.Equal(t, "r", ref)
	assert.Equal(t, message.CodeInternal, e.Code)
	assert.NotContains(t, e.Text, "secret")
	l.Close(1000, "")
	<-ended
}

// paced is five messages a second, twenty at once.
func paced() user.Pace {
	limiter := rate.NewLimiter(5, 20)
	return func() time.Duration {
		r := limiter.Reserve()
		if wait := r.Delay(); wait > 0 {
			r.Cancel()
			return wait
		}
		return 0
	}
}

func text(i int) string {
	return fmt.Sprintf(`{"MType":"text_mtype","Ref":"r%d","TextMessage":{"Content":"hi"}}`, i)
}

func TestHostile09FloodIsToldToSlowDownAndThenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		u := user.New("tab", "s", message.User{}, l, paced())
		in := inbox{posted: make(chan message.Message, 1000)}
		ended := make(chan error, 1)
		begun := time.Now()
		go func() { ended <- u.PullFromClient(t.Context(), in) }()
		sent, refused := 0, 0
		for open := true; open; {
			select {
			case l.up <- text(sent):
				sent++
			case f := <-u.Send:
				refused++
				assert.Contains(t, string(f.Bytes), message.CodeSlowDown)
				assert.Contains(t, string(f.Bytes), "RetryAfter")
			case <-l.closed:
				open = false
			}
		}
		assert.ErrorIs(t, <-ended, user.ErrFlood)
		assert.Equal(t, socket.PolicyViolation, l.code)
		lasted := time.Since(begun)
		assert.Less(t, lasted, 10*time.Second)
		assert.Greater(t, lasted, time.Second, "somebody who stops within a second is not closed")
		assert.LessOrEqual(t, len(in.posted), 20+int(5*lasted.Seconds())+1)
		assert.Less(t, sent, 1000, "a flood is not read as fast as it comes")
		assert.Positive(t, refused)
	})
}

// A page that was offline sends all it has, waits as it is told, and gets everything through.
func TestWhoWaitsAsToldIsNeverClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		u := user.New("tab", "s", message.User{}, l, paced())
		in := inbox{posted: make(chan message.Message, 1)}
		ended := make(chan error, 1)
		go func() { ended <- u.PullFromClient(t.Context(), in) }()
		const backlog = 500
		for i := 0; i < backlog; {
			l.up <- text(i)
			select {
			case <-in.posted:
				i++
			case <-u.Send:
				time.Sleep(200 * time.Millisecond)
			}
		}
		l.Close(1000, "")
		assert.ErrorIs(t, <-ended, io.EOF)
		assert.Equal(t, 1000, l.code)
	})
}
