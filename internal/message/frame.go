package message

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
)

// A Frame is what goes to a socket, encoded once for everybody: one WebSocket text frame
// (RFC 6455 §5.2) with a Message as JSON, or several such frames one after another.
// A server's frames are not masked, so the same bytes serve every recipient. A Frame is never
// changed after it was made.
type Frame struct {
	ID    int64  // of the message in it; 0 for what is not in a room's log
	Rev   int64  // of the room's log after it; 0 likewise
	Bytes []byte // header and payload
}

// Encode makes the Frame of m.
func Encode(m Message) (*Frame, error) {
	var text bytes.Buffer
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false) // this is no page, and HTML would grow by a third
	if err := to.Encode(m); err != nil {
		return nil, fmt.Errorf("message: encode %s: %w", m.MType, err)
	}
	payload := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	f := &Frame{Bytes: append(AppendHeader(make([]byte, 0, maxHeader+len(payload)), len(payload)), payload...)}
	if t := m.TextMessage; t != nil {
		f.ID, f.Rev = t.ID, t.Rev
	}
	return f, nil
}

const maxHeader = 10

// AppendHeader appends the header of a final, unmasked text frame with n bytes of payload,
// its length in the shortest form (RFC 6455 §5.2).
func AppendHeader(b []byte, n int) []byte {
	const finalText = 0x81
	switch {
	case n <= 125:
		return append(b, finalText, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(b, finalText, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, finalText, 127), uint64(n))
	}
}

// Payload is the JSON in a Frame of one message.
func (f *Frame) Payload() []byte {
	switch b := f.Bytes; b[1] {
	case 126:
		return b[4:]
	case 127:
		return b[10:]
	default:
		return b[2:]
	}
}

// Join makes one Frame of several, to be offered and written as one.
func Join(frames []*Frame) *Frame {
	if len(frames) == 1 {
		return frames[0]
	}
	size := 0
	for _, f := range frames {
		size += len(f.Bytes)
	}
	all := &Frame{Bytes: make([]byte, 0, size)}
	for _, f := range frames {
		all.Bytes = append(all.Bytes, f.Bytes...)
		all.ID, all.Rev = f.ID, f.Rev
	}
	return all
}

// First translates the Frame of one text message for the first version's page, which puts
// Content and Name into itself as HTML: what was typed as text must reach it escaped.
func (f *Frame) First() (*Frame, error) {
	var m Message
	if err := json.Unmarshal(f.Payload(), &m); err != nil {
		return nil, fmt.Errorf("message: translate for the first dialect: %w", err)
	}
	return EncodeFirst(m)
}

// EncodeFirst makes the Frame of m for a socket of the first dialect.
func EncodeFirst(m Message) (*Frame, error) {
	if m.TextMessage != nil {
		t := *m.TextMessage
		for _, f := range t.Files { // of which its page knows nothing
			t.Content = strings.TrimSpace(t.Content + " [" + f.Name + "]")
		}
		t.Content, t.HTML, t.Files = escape(t.Content), "", nil
		t.UserInfo = first(t.UserInfo)
		m.TextMessage = &t
	}
	if m.UserStatus != nil {
		s := *m.UserStatus
		s.Users = slices.Clone(s.Users)
		for i := range s.Users {
			s.Users[i] = first(s.Users[i])
		}
		m.UserStatus = &s
	}
	return Encode(m)
}

// first is a user as the first version's page shows them: pictures in the size that it asked
// for, 20 pixels, and names that its descendants may put into attributes, too.
func first(u User) User {
	u.Name = html.EscapeString(u.Name)
	mark := "?"
	if strings.Contains(u.Gravatar, "?") {
		mark = "&"
	}
	u.Gravatar += mark + "s=20"
	return u
}

// escape leaves quotes alone: contents stand between tags, never in attributes.
func escape(s string) string { return markup.Replace(s) }

var markup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// What travels between nodes is a version, then for each frame its ID, Rev, length and bytes.
const framesVersion = 1

// MarshalFrames encodes frames for the bus.
func MarshalFrames(frames []*Frame) []byte {
	size := 1
	for _, f := range frames {
		size += 3*binary.MaxVarintLen64 + len(f.Bytes)
	}
	b := append(make([]byte, 0, size), framesVersion)
	for _, f := range frames {
		b = binary.AppendUvarint(b, uint64(f.ID))
		b = binary.AppendUvarint(b, uint64(f.Rev))
		b = binary.AppendUvarint(b, uint64(len(f.Bytes)))
		b = append(b, f.Bytes...)
	}
	return b
}

var errFrames = errors.New("message: not frames as this version knows them")

// UnmarshalFrames is the inverse of MarshalFrames. The frames share b.
func UnmarshalFrames(b []byte) ([]*Frame, error) {
	if len(b) == 0 || b[0] != framesVersion {
		return nil, errFrames
	}
	var frames []*Frame
	for b = b[1:]; len(b) > 0; {
		var fields [3]uint64
		for i := range fields {
			n := 0
			if fields[i], n = binary.Uvarint(b); n <= 0 {
				return nil, errFrames
			}
			b = b[n:]
		}
		size := fields[2]
		if size < 2 || size > uint64(len(b)) {
			return nil, errFrames
		}
		frames = append(frames, &Frame{ID: int64(fields[0]), Rev: int64(fields[1]), Bytes: b[:size:size]})
		b = b[size:]
	}
	return frames, nil
}
