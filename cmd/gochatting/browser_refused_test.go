package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The server comes back with a lower limit than Ann's page knows, and refuses what she says. It
// is marked, with the reason. She can take it back into the composer, or try again; and it waits for
// that, also after a reload and when it would do. Then it is said once.
func (b *browser) refusedMessage(t *testing.T) {
	data := t.TempDir()
	server := start(t, data)
	ann := b.joins(t, server.Base, "ann@example.com")
	ann.expectNoServer()
	restart := func(limit string) {
		server.stop()
		server = start(t, data, "--addr", strings.TrimPrefix(server.Base, "http://"), "--max-message", limit)
		ann.await(`() => document.querySelector('#connection').textContent === 'Reconnecting…'`)
		ann.live()
	}
	restart("20")
	const long = "more than twenty bytes"
	ann.says(long)
	ann.sees(".message.failed .reason", "Not sent. It is too long.")
	ann.hides(".pending")
	ann.says("short")
	ann.hears("ann", "short")
	ann.click(".failed .retry")
	ann.sees(".message.failed .reason", "Not sent. It is too long.")

	ann.click(".failed .take-back")
	ann.hides(".failed")
	ann.await(`(text) => document.querySelector('#draft').value === text && document.activeElement.id === 'draft'`, long)
	assert.Len(t, ann.log(), 1)
	ann.says(" and it grows")
	ann.sees(".message.failed .content", long+" and it grows")
	ann.says("again short")
	ann.hears("ann", "again short")

	restart("8192")
	ann.reload()
	ann.live()
	ann.says("now it would do")
	ann.hears("ann", "now it would do")
	ann.sees(".message.failed .reason", "Not sent. It is too long.")
	ann.click(".failed .retry")
	ann.hears("ann", long+" and it grows")
	ann.hides(".failed")
	showHistory(t, server.Base, ann)
	assert.Equal(t, []string{"short", "again short", "now it would do", long + " and it grows"}, ann.contents())
}
