package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gochatting/internal/message"
)

// contentBytes is how long a message is that people say.
const contentBytes = 100

var dots = strings.Repeat(".", contentBytes)

// blank is where a message's number stands.
const blank = "##########"

// words are what is said, but for the number in it.
type words struct {
	frame []byte // as a client sends it
	at    []int  // where the number goes
	mark  []byte // stands before the number, and nowhere else
}

// message is the frame that says number n.
func (w *words) message(n int) []byte {
	frame := bytes.Clone(w.frame)
	for _, at := range w.at {
		for i, rest := len(blank)-1, n; i >= 0; i, rest = i-1, rest/10 {
			frame[at+i] = byte('0' + rest%10)
		}
	}
	return frame
}

// find reads the number of a message from a frame; hint is where it stood in the frame before,
// which spares a search.
func (w *words) find(payload []byte, hint int) (n, at int) {
	at = hint
	if len(payload) < at+len(w.mark) || !bytes.Equal(payload[at:at+len(w.mark)], w.mark) {
		at = bytes.Index(payload, w.mark)
	}
	if at < 0 || len(payload) < at+len(w.mark)+len(blank) {
		return -1, hint
	}
	for _, digit := range payload[at+len(w.mark):][:len(blank)] {
		if digit < '0' || digit > '9' {
			return -1, hint
		}
		n = 10*n + int(digit-'0')
	}
	return n, at
}

// newWords makes what is said to a server: to gochatting what its page would send, to another what
// gochatting would make of it, so that all of them carry as many bytes to everyone.
func newWords(run string, chat bool) (*words, error) {
	mark := "bench " + run + " "
	content := mark + blank
	content += dots[len(content):]
	m := message.Message{
		MType: message.TextMType, Room: message.Lobby, Ref: run + "-" + blank,
		TextMessage: &message.TextMessage{Content: content},
	}
	if chat {
		type text struct{ Content string }
		return encodeWords(struct {
			MType, Room, Ref string
			TextMessage      text
		}{m.MType, m.Room, m.Ref, text{content}}, mark)
	}
	now := time.Date(2026, 1, 2, 15, 4, 5, 123456000, time.UTC)
	id := strings.Repeat("x", 16)
	m.TextMessage.ID, m.TextMessage.Rev = 100_000, 100_000
	m.TextMessage.UserInfo = message.User{ID: id, Name: name(0, run), Gravatar: "/avatar/" + id}
	m.TextMessage.Time, m.TextMessage.At = now.Format(message.TimeFormat), now
	return encodeWords(m, mark)
}

func encodeWords(v any, mark string) (*words, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode what is said: %w", err)
	}
	w := &words{frame: masked(textFrame, text), mark: []byte(mark)}
	for from := 0; ; {
		i := bytes.Index(w.frame[from:], []byte(blank))
		if i < 0 {
			return w, nil
		}
		w.at = append(w.at, from+i)
		from += i + len(blank)
	}
}

// name is what the user number i is called, before the @ of their address.
func name(i int, run string) string { return fmt.Sprintf("u%05d.%s", i, run) }
