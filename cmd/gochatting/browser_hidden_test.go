package main

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/assert"
)

// Ann looks at another tab while Ben talks: the title counts what he says, and stops when she
// looks again. Her screen reader is told of it all, politely, and of nothing that she says.
func (b *browser) hiddenTabCounts(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	title := func(want string) {
		t.Helper()
		ann.await(`(title) => document.title === title`, want)
	}
	ben.says("she looks")
	ann.hears("ben", "she looks")
	title("Lobby · gochatting")

	aside := ann.anotherTab()
	aside.do(command(page.BringToFront, cdp.Empty{}))
	ann.await(`() => document.hidden`)
	ben.says("she does not")
	title("(1) Lobby · gochatting")
	ben.says("still not")
	title("(2) Lobby · gochatting")
	ann.do(command(page.BringToFront, cdp.Empty{}))
	title("Lobby · gochatting")
	ben.says("she is back")
	ann.hears("ben", "she is back")
	title("Lobby · gochatting")

	ann.says("I heard you.")
	ann.hears("ann", "I heard you.")
	ann.shows("#announcer")
	assert.Equal(t, "polite", eval[string](ann, `() => document.querySelector('#announcer').ariaLive`))
	assert.Equal(t, []string{"ben: she looks", "ben: she does not", "ben: still not", "ben: she is back"},
		eval[[]string](ann, `() => [...document.querySelectorAll('#announcer p')].map((line) => line.textContent)`))
}
