package bench

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// Opcodes of RFC 6455 §5.2.
const (
	textFrame  = 1
	closeFrame = 8
	pingFrame  = 9
	pongFrame  = 10
)

// masked is a whole frame of a client. Its mask is zero, which leaves the payload as it is: the
// mask keeps browsers from speaking to proxies, and here is neither.
func masked(opcode byte, payload []byte) []byte {
	const final, mask = 0x80, 0x80
	frame := make([]byte, 0, 8+len(payload))
	switch n := len(payload); {
	case n <= 125:
		frame = append(frame, final|opcode, mask|byte(n))
	default: // nothing here is longer than 64 KB
		frame = append(frame, final|opcode, mask|126)
		frame = binary.BigEndian.AppendUint16(frame, uint16(n))
	}
	frame = append(frame, 0, 0, 0, 0)
	return append(frame, payload...)
}

// header reads the head of a frame: where its payload begins and ends, counted from data's
// first byte; end is 0 if there is too little to tell.
func header(data []byte) (opcode byte, begin, end int) {
	if len(data) < 2 {
		return 0, 0, 0
	}
	begin, length := 2, int(data[1]&0x7f)
	switch length {
	case 126:
		if begin = 4; len(data) >= begin {
			length = int(binary.BigEndian.Uint16(data[2:]))
		}
	case 127:
		if begin = 10; len(data) >= begin {
			length = int(binary.BigEndian.Uint64(data[2:]))
		}
	}
	if data[1]&0x80 != 0 {
		begin += 4
	}
	if len(data) < begin {
		return 0, 0, 0
	}
	return data[0] & 0x0f, begin, begin + length
}

// A reader cuts what comes in on a connection into frames, without a copy of any.
type reader struct {
	conn     net.Conn
	buf      []byte
	from, to int       // what is unread in buf
	skip     int       // bytes to come of a frame that is larger than buf
	at       time.Time // when the last bytes came
	total    int64     // bytes that came
}

// next gives the next frame, whose payload is valid until the call after. A frame that is larger
// than the buffer is passed over: only lists of people are so large.
func (r *reader) next() (opcode byte, payload []byte, err error) {
	for {
		if data := r.buf[r.from:r.to]; r.skip == 0 {
			opcode, begin, end := header(data)
			if end > 0 && end <= len(data) {
				r.from += end
				return opcode, data[begin:end], nil
			}
			if end > len(r.buf) {
				r.skip, r.from = end-len(data), r.to
			}
		}
		if err := r.fill(); err != nil {
			return 0, nil, err
		}
		if passed := min(r.skip, r.to-r.from); passed > 0 {
			r.skip -= passed
			r.from += passed
		}
	}
}

// fill reads more, behind what is unread.
func (r *reader) fill() error {
	r.to = copy(r.buf, r.buf[r.from:r.to])
	r.from = 0
	n, err := r.conn.Read(r.buf[r.to:])
	r.to += n
	r.total += int64(n)
	r.at = time.Now()
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// A closing is a server's close frame.
type closing struct {
	code   int
	reason string
}

func (c closing) Error() string { return fmt.Sprintf("closed with %d %q", c.code, c.reason) }

func parseClosing(payload []byte) closing {
	if len(payload) < 2 {
		return closing{code: 1005}
	}
	return closing{int(binary.BigEndian.Uint16(payload)), string(payload[2:])}
}
