package socket

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/websocket"
)

// After Autobahn's section 1: every form of the length, whole and in chops of 997 bytes.
func TestLengths(t *testing.T) {
	addr, _ := serveEcho(t, Options{})
	c := dial(t, addr)
	for _, n := range []int{0, 1, 125, 126, 127, 128, 511, 512, 513, 4096, 65535, 65536} {
		s := strings.Repeat("*", n)
		c.send(text(s))
		c.wantText(s)
		c.send(chop(text(s), 997)...)
		c.wantText(s)
	}
}

// After Autobahn's section 9.
func TestLargeMessages(t *testing.T) {
	const mega = 1 << 20
	addr, _ := serveEcho(t, Options{MaxMessage: 16 * mega})
	for _, test := range []struct{ size, fragment, chop int }{
		{size: 64 << 10}, {size: mega}, {size: 16 * mega},
		{size: mega, fragment: 64}, {size: 4 * mega, fragment: 4096}, {size: 4 * mega, fragment: mega},
		{size: mega, chop: 1 << 10},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			s := strings.Repeat("große Worte! ", test.size/14)
			frames := [][]byte{text(s)}
			if test.fragment > 0 {
				frames = inFragments(s, test.fragment)
			}
			sent := slices.Concat(frames...)
			c := dial(t, addr)
			if test.chop > 0 {
				c.send(chop(sent, test.chop)...)
			} else {
				c.send(sent)
			}
			c.wantText(s)
		})
	}
}

// The limit of fragments leaves room for a full message in fragments of 64 bytes.
func TestFullMessageInFragments(t *testing.T) {
	addr, _ := serveEcho(t, Options{})
	c := dial(t, addr)
	s := strings.Repeat("x", 64<<10)
	c.send(slices.Concat(inFragments(s, 64)...))
	c.wantText(s)
}

func TestAnnouncedLengthIsNotAllocated(t *testing.T) {
	addr, _ := serveEcho(t, Options{MaxMessage: 1 << 50})
	c := dial(t, addr)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	huge := append([]byte{0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0}, 0, 0, 0, 0) // 2^40 bytes, and a key of zeros
	c.send(append(huge, bytes.Repeat([]byte("x"), 1000)...), []byte("\xff"))
	opcode, payload := c.next() // the bad byte at the end shows that all was read
	runtime.ReadMemStats(&after)
	assert.EqualValues(t, websocket.CloseFrame, opcode)
	assert.Equal(t, InvalidPayload, closeCode(payload))
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	assert.NoError(t, c.tcp.Close())
}

// A connection that once got a large message does not hold its memory for ever.
func TestLargeBufferIsLetGo(t *testing.T) {
	kept := make(chan int, 2)
	addr := serve(t, Options{}, func(c *Conn) {
		for range 2 {
			_, err := c.Receive()
			assert.NoError(t, err)
			kept <- cap(c.message)
		}
	})
	c := dial(t, addr)
	c.send(text(strings.Repeat("x", 64<<10)), text("x"))
	assert.GreaterOrEqual(t, <-kept, 64<<10)
	assert.LessOrEqual(t, <-kept, keptBuffer)
}
