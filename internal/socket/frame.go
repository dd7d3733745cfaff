package socket

import (
	"encoding/binary"
	"io"
	"math"
	"time"

	"golang.org/x/net/websocket"
)

// A frame is the one being read. Reading it gives its payload, unmasked, as it arrives.
type frame struct {
	final   bool
	opcode  byte
	left    int64 // bytes of the payload that are still to be read
	payload io.Reader
}

func (f *frame) control() bool { return f.opcode >= websocket.CloseFrame }

func (f *frame) closes() bool { return f.opcode == websocket.CloseFrame }

func (f *frame) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	n, err := f.payload.Read(p)
	f.left -= int64(n)
	if f.left == 0 {
		f.payload = nil // an idle connection holds nothing of its last frame
	} else if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// nextFrame waits for a whole header and makes it c.frame. It only looks until then: a wait that Close
// interrupts has lost nothing, and the peer's close frame can still be found after it. It also sees the
// length as sent, of which x/net clears the top bit.
func (c *Conn) nextFrame() error {
	if _, err := c.in.Peek(1); err != nil {
		return err
	}
	if c.begun.IsZero() {
		c.begun = c.heard
	}
	b, err := c.in.Peek(2)
	if err != nil {
		return err
	}
	if err := checkStart(b[0], b[1]); err != nil {
		return err
	}
	if b, err = c.in.Peek(headerSize(b[1])); err != nil {
		return err
	}
	length, err := payloadLength(b)
	if err != nil {
		return err
	}
	next := frame{final: b[0]&0x80 != 0, opcode: b[0] & 0x0f, left: length}
	if next.payload, err = c.payload(); err != nil {
		return err
	}
	c.frame = next
	return nil
}

// frameDone stops the clock of MessageTimeout.
func (c *Conn) frameDone() { c.begun = time.Time{} }

// checkStart looks at all that a header's first two bytes can have wrong (RFC 6455 §5.2, §5.5).
func checkStart(first, second byte) error {
	final, opcode, length := first&0x80 != 0, first&0x0f, second&0x7f
	switch {
	case first&0x70 != 0:
		return violation("reserved bits are set, and no extension was negotiated")
	case opcode > websocket.BinaryFrame && opcode < websocket.CloseFrame, opcode > websocket.PongFrame:
		return violation("unknown opcode")
	case second&0x80 == 0:
		return violation("frame is not masked")
	case opcode >= websocket.CloseFrame && !final:
		return violation("control frame is fragmented")
	case opcode >= websocket.CloseFrame && length > 125:
		return violation("control frame is over 125 bytes")
	}
	return nil
}

// headerSize is the length of a masked frame's header, told by its second byte.
func headerSize(second byte) int {
	switch second & 0x7f {
	case 126:
		return 2 + 2 + 4
	case 127:
		return 2 + 8 + 4
	}
	return 2 + 4
}

// payloadLength reads the length out of a whole header. The shortest form is the only one allowed, and
// the top bit of the longest is zero (RFC 6455 §5.2).
func payloadLength(header []byte) (int64, error) {
	var length, shortest uint64
	switch short := header[1] & 0x7f; short {
	case 126:
		length, shortest = uint64(binary.BigEndian.Uint16(header[2:])), 126
	case 127:
		length, shortest = binary.BigEndian.Uint64(header[2:]), 1<<16
	default:
		length = uint64(short)
	}
	if length < shortest || length > math.MaxInt64 {
		return 0, violation("length is not in its shortest form")
	}
	return int64(length), nil
}

func violation(reason string) error {
	return &CloseError{Code: ProtocolError, Reason: reason}
}
