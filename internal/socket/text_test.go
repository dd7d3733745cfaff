package socket

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/websocket"
)

// Sequences after Autobahn's section 6. In a bad one, bad is the index of the byte at which it is lost.
var (
	goodText = []string{
		"", "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "你好，世界", "🙂👩‍👩‍👧", "\x00", "\u007f", "\u0080", "\u07ff", "\u0800",
		"\ud7ff", "\ue000", "\ufffd", "\ufffe", "\uffff", "\U00010000", "\U0010ffff", "\U0001fffe",
	}
	badText = []struct {
		text string
		bad  int
	}{
		{"\x80", 0}, {"\xbf\xbf", 0}, {"a\x80", 1}, {"é\xbf", 2}, // continuation of nothing
		{"\xc3 ", 1}, {"\xe2\x82 ", 2}, {"\xf0\x9f\x99 ", 3}, {"\xe2\xe2", 1}, // cut off by something else
		{"\xc0\xaf", 0}, {"\xc1\xbf", 0}, {"\xe0\x80\xaf", 1}, {"\xe0\x9f\xbf", 1}, {"\xf0\x80\x80\xaf", 1}, {"\xf0\x8f\xbf\xbf", 1}, // overlong
		{"κόσμε\xed\xa0\x80edited", len("κόσμε") + 1}, {"\xed\xbf\xbf", 1}, {"\xed\xa0\x81\xed\xb0\x80", 1}, // surrogates
		{"\xf4\x90\x80\x80", 1}, {"κόσμε\xf4\x90\x80\x80edited", len("κόσμε") + 1}, {"\xf5\x80\x80\x80", 0}, {"\xf8\x88\x80\x80\x80", 0}, {"\xfc", 0}, // above U+10FFFF
		{"\xfe", 0}, {"\xff", 0}, {strings.Repeat("x", 600) + "\xff", 600},
	}
)

func TestGoodText(t *testing.T) {
	addr, _ := serveEcho(t, Options{})
	c := dial(t, addr)
	for _, s := range goodText {
		c.send(text(s))
		c.wantText(s)
		c.send(octets(text(s))...)
		c.wantText(s)
		c.send(inFragments(s, 1)...)
		c.wantText(s)
	}
}

// TestBadTextFailsFast never sends what follows the bad byte, nor ends the frame: the server must not
// wait for either.
func TestBadTextFailsFast(t *testing.T) {
	addr, ended := serveEcho(t, Options{})
	for _, test := range badText {
		t.Run(fmt.Sprintf("%+q", test.text), func(t *testing.T) {
			upTo, longer := test.text[:test.bad+1], test.text+"and on"
			unfinished := text(longer)
			unfinished = unfinished[:len(unfinished)-len(longer)+len(upTo)]
			for name, pieces := range map[string][][]byte{
				"inside a frame":   {unfinished},
				"octet by octet":   octets(unfinished),
				"inside fragments": {begin(upTo[:test.bad]), more(upTo[test.bad:])},
			} {
				t.Run(name, func(t *testing.T) {
					c := dial(t, addr)
					c.send(pieces...)
					opcode, payload := c.next()
					assert.EqualValues(t, websocket.CloseFrame, opcode)
					assert.Equal(t, InvalidPayload, closeCode(payload))
					assert.NoError(t, c.tcp.Close())
					wantEnded(t, ended, InvalidPayload)
				})
			}
		})
	}
}

func TestValidPrefix(t *testing.T) {
	for _, s := range goodText {
		for end := range len(s) + 1 {
			n, ok := validPrefix([]byte(s[:end]))
			assert.True(t, ok, "%+q", s[:end])
			assert.LessOrEqual(t, end-n, 3)
			assert.True(t, strings.HasPrefix(s, s[:n]) && strings.ToValidUTF8(s[:n], "") == s[:n])
		}
	}
	for _, test := range badText {
		_, ok := validPrefix([]byte(test.text[:test.bad]))
		assert.True(t, ok, "%+q is not lost before its byte %d", test.text, test.bad)
		_, ok = validPrefix([]byte(test.text[:test.bad+1]))
		assert.False(t, ok, "%+q is lost at its byte %d", test.text, test.bad)
	}
}
