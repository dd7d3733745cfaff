package user_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
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
	broken atomic.Bool
	taken  atomic.Int32 // what TryWrite answers; nothing of Part is told but that it was

	once   sync.Once
	code   int
	reason string
}

func newLine() *line {
	return &line{up: make(chan string), writes: make(chan string), closed: make(chan struct{})}
}

func (l *line) Each(handle func([]byte) error) error {
	for {
		select {
		case data := <-l.up:
			if err := handle([]byte(data)); err != nil {
				return err
			}
		case <-l.closed:
			return io.EOF
		}
	}
}

func (l *line) Write(b []byte) error {
	if l.broken.Load() {
		return io.ErrClosedPipe
	}
	select {
	case l.writes <- string(b):
		return nil
	case <-l.closed:
		return io.ErrClosedPipe
	}
}

func (l *line) TryWrite(b []byte) socket.Taken {
	switch l.taken.Load() {
	case int32(socket.All):
		l.writes <- string(b)
	case int32(socket.Part):
		l.taken.Store(int32(socket.None))
		return socket.Part
	}
	return socket.Taken(l.taken.Load())
}

func (l *line) CloseNow() { l.Close(socket.AbnormalClosure, "") }

func (l *line) Close(code int, reason string) {
	l.once.Do(func() { l.code, l.reason = code, reason; close(l.closed) })
}

// An inbox keeps what it takes, or refuses it.
type inbox struct {
	taken chan message.Message
	err   error
}

func (i inbox) Take(_ context.Context, m message.Message) error {
	if i.err == nil {
		i.taken <- m
	}
	return i.err
}

func frame(text string) *message.Frame { return &message.Frame{Bytes: []byte(text)} }

// newUser is somebody on a line, not yet greeted.
func newUser(l *line, pace user.Pace) *user.OnlineUser {
	return user.New("tab", "s", message.User{ID: "ann"}, l, pace)
}

// answer is the error that reaches the client.
func answer(t *testing.T, l *line) (ref string, e *message.Error) {
	return readAnswer(t, <-l.writes)
}

func readAnswer(t *testing.T, written string) (ref string, e *message.Error) {
	var m message.Message
	start := 2
	if written[1] == 126 {
		start = 4
	}
	require.NoError(t, json.Unmarshal([]byte(written[start:]), &m))
	require.Equal(t, message.ErrorMType, m.MType)
	return m.Ref, m.Error
}

func TestTheGreetingComesFirst(t *testing.T) {
	l := newLine()
	u := newUser(l, user.Unlimited)
	require.True(t, u.Offer(frame("two ")))
	require.True(t, u.Offer(frame("three ")))
	u.Greet(frame("one "))
	assert.Equal(t, "one two three ", <-l.writes)
	u.Wait()
}

// keen takes everything at once.
type keen struct{ user.Conn }

func (keen) TryWrite([]byte) socket.Taken { return socket.All }

func TestWhoKeepsUpCostsNoGoroutineAndNoMemory(t *testing.T) {
	u := user.New("tab", "s", message.User{}, keen{}, user.Unlimited)
	u.Greet(nil)
	f := frame("a frame")
	assert.Zero(t, testing.AllocsPerRun(100, func() { u.Offer(f) }))
}

func TestWhatIsPendingGoesOutInOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		u := newUser(l, user.Unlimited)
		u.Greet(nil)
		require.True(t, u.Offer(frame("one ")))
		synctest.Wait() // the first is being written; nobody takes it yet
		for _, text := range []string{"two ", "three ", "four "} {
			require.True(t, u.Offer(frame(text)))
		}
		assert.Equal(t, "one ", <-l.writes)
		assert.Equal(t, "two three four ", <-l.writes)
		u.Wait()
	})
}

// The socket took a part of a frame and keeps its rest: nothing may overtake that.
func TestTheRestOfAFrameGoesOutBeforeTheNext(t *testing.T) {
	l := newLine()
	l.taken.Store(int32(socket.Part))
	u := newUser(l, user.Unlimited)
	u.Greet(nil)
	require.True(t, u.Offer(frame("one ")))
	assert.Empty(t, <-l.writes, "Write is called for what TryWrite has left")
	u.Wait()
	l.taken.Store(int32(socket.None))
	require.True(t, u.Offer(frame("two ")))
	assert.Equal(t, "two ", <-l.writes)
	u.Wait()
}

func TestOfferNeverWaits(t *testing.T) {
	l := newLine()
	u := newUser(l, user.Unlimited)
	n := 0
	for u.Offer(frame("x")) {
		n++
	}
	assert.Equal(t, 256, n)
	l.Close(1000, "")
}

func TestWhoHasNoPlaceForWhatIsForThemAloneIsClosed(t *testing.T) {
	l := newLine()
	u := newUser(l, user.Unlimited)
	for range 256 {
		u.Tell(frame("x"))
	}
	assert.Empty(t, l.reason)
	u.Tell(frame("x"))
	<-l.closed
	assert.Equal(t, socket.TryAgainLater, l.code)
}

func TestBrokenSocketIsClosed(t *testing.T) {
	l := newLine()
	u := newUser(l, user.Unlimited)
	u.Offer(frame("x"))
	l.broken.Store(true)
	u.Greet(nil)
	u.Wait()
	<-l.closed
	assert.Equal(t, socket.GoingAway, l.code)
}

func TestPullUnderstandsBothDialects(t *testing.T) {
	for _, first := range []bool{true, false} {
		l := newLine()
		u := newUser(l, user.Unlimited)
		u.Greet(nil)
		u.First = first
		in := inbox{taken: make(chan message.Message, 1)}
		ended := make(chan error)
		go func() { ended <- u.PullFromClient(t.Context(), in) }()
		if first {
			l.up <- `{"not":"parsed"}`
			assert.Equal(t, message.Message{MType: message.TextMType, Room: message.Lobby,
				TextMessage: &message.TextMessage{Content: `{"not":"parsed"}`}}, <-in.taken)
		} else {
			l.up <- `{"MType":"text_mtype","Room":"attic","Ref":"r","TextMessage":{"Content":"hi"}}`
			assert.Equal(t, message.Message{MType: message.TextMType, Room: "attic", Ref: "r",
				TextMessage: &message.TextMessage{Content: "hi"}}, <-in.taken)

			l.up <- `{"MType":"text_mtype","Ref":"r2","Nonsense":1}`
			ref, e := answer(t, l)
			assert.Equal(t, "r2", ref)
			assert.Contains(t, e.Text, "Nonsense")
			for _, other := range []string{`{"MType":"welcome_mtype","Ref":"r3"}`, `{"MType":"text_mtype","Ref":"r3"}`, `{"MType":"read_mtype","Ref":"r3"}`} {
				l.up <- other
				ref, e = answer(t, l)
				assert.Equal(t, "r3", ref)
				assert.Equal(t, message.CodeInvalid, e.Code)
			}
			for _, sign := range []message.Message{
				{MType: message.TypingMType, Room: "attic"},
				{MType: message.StatusMType, Room: "attic"},
				{MType: message.ReadMType, Room: "attic", Read: &message.Read{ID: 4}},
			} {
				data, err := json.Marshal(sign)
				require.NoError(t, err)
				l.up <- string(data)
				assert.Equal(t, sign, <-in.taken)
			}
			l.up <- `{"MType":"text_mtype","TextMessage":{"Content":"still here"}}`
			assert.Equal(t, "still here", (<-in.taken).TextMessage.Content)
		}
		l.Close(1000, "")
		assert.ErrorIs(t, <-ended, io.EOF)
		u.Wait()
	}
}

func TestRefusalsAreAnsweredWithoutInternals(t *testing.T) {
	l := newLine()
	u := newUser(l, user.Unlimited)
	u.Greet(nil)
	ended := make(chan error)
	go func() { ended <- u.PullFromClient(t.Context(), inbox{err: errors.New("secret path /x")}) }()
	l.up <- `{"MType":"text_mtype","Ref":"r","TextMessage":{"Content":"hi"}}`
	ref, e := answer(t, l)
	assert.Equal(t, "r", ref)
	assert.Equal(t, message.CodeInternal, e.Code)
	assert.NotContains(t, e.Text, "secret")
	l.Close(1000, "")
	<-ended
}

// paced is five messages a second, twenty at once, of whatever kind.
func paced() user.Pace {
	limiter := rate.NewLimiter(5, 20)
	return func(string) time.Duration {
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

// Programs are told the exact time, people one in words.
func TestSlowDownSaysWhen(t *testing.T) {
	for wait, says := range map[time.Duration]string{
		20 * time.Millisecond: "1 second.", 1200 * time.Millisecond: "2 seconds.", 30 * time.Minute: "30 minutes.", 12 * time.Hour: "12 hours.",
	} {
		told := user.SlowDown(wait)
		assert.Equal(t, "That was a lot at once. Please go on in "+says, told.Text)
		assert.InDelta(t, wait.Seconds(), told.RetryAfter, 0.1)
	}
}

func TestHostile09FloodIsToldToSlowDownAndThenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		u := newUser(l, paced())
		u.Greet(nil)
		in := inbox{taken: make(chan message.Message, 1000)}
		ended := make(chan error, 1)
		begun := time.Now()
		go func() { ended <- u.PullFromClient(t.Context(), in) }()
		sent, refused := 0, 0
		for open := true; open; {
			select {
			case l.up <- text(sent):
				sent++
			case told := <-l.writes:
				refused++
				assert.Contains(t, told, message.CodeSlowDown)
				assert.Contains(t, told, "RetryAfter")
			case <-l.closed:
				open = false
			}
		}
		assert.ErrorIs(t, <-ended, user.ErrFlood)
		assert.Equal(t, socket.PolicyViolation, l.code)
		lasted := time.Since(begun)
		assert.Less(t, lasted, 10*time.Second)
		assert.Greater(t, lasted, time.Second, "somebody who stops within a second is not closed")
		assert.LessOrEqual(t, len(in.taken), 20+int(5*lasted.Seconds())+1)
		assert.Less(t, sent, 1000, "a flood is not read as fast as it comes")
		assert.Positive(t, refused)
	})
}

// Nobody answers a typing_mtype too many, but a flood of them is one.
func TestHostile09FloodOfTypingIsDroppedAndThenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		u := newUser(l, paced())
		u.Greet(nil)
		in := inbox{taken: make(chan message.Message, 1000)}
		ended := make(chan error, 1)
		go func() { ended <- u.PullFromClient(t.Context(), in) }()
		for open := true; open; {
			select {
			case l.up <- `{"MType":"typing_mtype","Room":"lobby"}`:
			case told := <-l.writes:
				t.Fatalf("told %s", told)
			case <-l.closed:
				open = false
			}
		}
		assert.ErrorIs(t, <-ended, user.ErrFlood)
		assert.Equal(t, socket.PolicyViolation, l.code)
		assert.Less(t, len(in.taken), 100)
	})
}

// A page that was offline sends all it has, waits as it is told, and gets everything through.
func TestWhoWaitsAsToldIsNeverClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		u := newUser(l, paced())
		u.Greet(nil)
		in := inbox{taken: make(chan message.Message, 1)}
		ended := make(chan error, 1)
		go func() { ended <- u.PullFromClient(t.Context(), in) }()
		const backlog = 500
		for i := 0; i < backlog; {
			l.up <- text(i)
			select {
			case <-in.taken:
				i++
			case <-l.writes:
				time.Sleep(200 * time.Millisecond)
			}
		}
		l.Close(1000, "")
		assert.ErrorIs(t, <-ended, io.EOF)
		assert.Equal(t, 1000, l.code)
	})
}
