package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// There is a long past when Ann comes. As she scrolls up, older pages come in above what she
// reads, which does not move, up to the beginning; the page never holds all of it. Then she goes
// back to the present.
func (b *browser) readingThePast(t *testing.T) {
	const said = 520
	server := start(t, t.TempDir(), "--limits", "off")
	talk(t, server.Base, said)
	ann := b.joins(t, server.Base, "ann@example.com")
	ann.hears("ben", fmt.Sprintf("%d", said))
	ann.await(`() => Math.abs(log.scrollHeight - log.clientHeight - log.scrollTop) < 2`)

	pages := 0
	for ; ann.log()[0].ID > 1; pages++ {
		require.Less(t, pages, 50)
		// What is read is in the middle of what is shown; older ones come as soon as she is near them.
		before := eval[place](ann, `() => {
			log.scrollTop = 250;
			const middle = log.getBoundingClientRect().top + log.clientHeight / 2;
			const read = [...document.querySelectorAll('.message')].find((message) => message.getBoundingClientRect().bottom > middle);
			return { ID: read.dataset.id, Top: read.getBoundingClientRect().top, First: document.querySelector('.message').dataset.id };
		}`)
		ann.await(`(first) => document.querySelector('.message').dataset.id !== first`, before.First)
		after := eval[place](ann, `(id) => {
			const read = document.querySelector('.message[data-id="' + id + '"]');
			return { ID: id, Top: read.getBoundingClientRect().top, First: document.querySelector('.message').dataset.id };
		}`, before.ID)
		assert.InDelta(t, before.Top, after.Top, 1, "message %s moved when those before %s came", before.ID, before.First)
		assert.LessOrEqual(t, len(ann.log()), 450)
	}
	eval[any](ann, `() => { log.scrollTop = 0; }`)
	ann.sees(".beginning .title", "This is the beginning of Lobby")
	assert.NotContains(t, ann.contents(), fmt.Sprintf("%d", said), "the far end was let go")

	eval[any](ann, `() => { log.scrollTop = log.scrollHeight; }`)
	ann.await(`(last) => Number([...document.querySelectorAll('.message')].at(-1).dataset.id) > last`, eval[int](ann, `() => Number([...document.querySelectorAll('.message')].at(-1).dataset.id)`))
	inOrder(t, ann)
	ann.click("#to-latest")
	ann.hears("ben", fmt.Sprintf("%d", said))
	ann.await(`() => Math.abs(log.scrollHeight - log.clientHeight - log.scrollTop) < 2`)
	inOrder(t, ann)
	ann.says("back in the present")
	ann.hears("ann", "back in the present")
	ann.hides("#to-latest")
}

// A place is where a message stands on the screen, and which one is the first there is.
type place struct {
	ID    string
	Top   float64
	First string
}

// Ann is at the bottom and follows what Ben says. When she has scrolled up, nothing moves and a
// button counts; it takes her down. What she says herself takes her down too.
func (b *browser) followingTheBottom(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	talk(t, server.Base, 30)
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben-too@example.com")
	const atBottom = `() => Math.abs(log.scrollHeight - log.clientHeight - log.scrollTop) < 2`

	ann.await(atBottom)
	long := strings.Repeat("a long one\n", 20) + "end"
	ben.says(long)
	ann.hears("ben-too", long)
	ann.await(atBottom)
	eval[any](ann, `() => { log.scrollTop -= 40; }`)
	ben.says("while she is near")
	ann.hears("ben-too", "while she is near")
	ann.await(atBottom)
	ann.hides("#new-messages")

	was := eval[float64](ann, `() => log.scrollTop = log.scrollHeight - log.clientHeight - 400`)
	for i, button := range []string{"1 new message", "2 new messages"} {
		text := fmt.Sprintf("while she reads, %d", i)
		ben.says(text)
		ann.hears("ben-too", text)
		ann.sees("#new-messages", button)
		assert.InDelta(t, was, eval[float64](ann, `() => log.scrollTop`), 1, "what she reads stays")
	}
	ann.click("#new-messages")
	ann.await(atBottom)
	ann.hides("#new-messages")
	assert.Equal(t, "log", eval[string](ann, `() => document.activeElement.id`), "the button is gone, its reader is not")

	// A draft that grows takes from the log's height, and not from its end.
	ann.click("#composer textarea")
	for range 9 {
		ann.write("a line of a draft")
		ann.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift))
		ann.await(atBottom)
	}
	ben.says("while she writes")
	ann.hears("ben-too", "while she writes")
	ann.await(atBottom)
	eval[any](ann, `() => { draft.value = ''; draft.dispatchEvent(new Event('input')); }`)
	ann.await(atBottom)

	eval[any](ann, `() => { log.scrollTop = 0; }`)
	ann.says("mine")
	ann.hears("ann", "mine")
	ann.await(atBottom)
	showHistory(t, server.Base, ann, ben)
}

// talk has Ben say the numbers up to n, each in as many lines as its last digit, before anyone looks.
func talk(t *testing.T, base string, n int) {
	ben := chattest.Join(t, base, "ben@example.com").Open()
	for i := 1; i <= n; i++ {
		ben.Say(fmt.Sprintf("%d%s", i, strings.Repeat("\nand a line", i%10)))
	}
	for range n {
		ben.Hear()
	}
	ben.Leave()
}

// contents is what the messages in the log say.
func (w *window) contents() (all []string) {
	for _, l := range w.log() {
		all = append(all, l.Content)
	}
	return all
}

// inOrder sees that the log has no hole in what it shows.
func inOrder(t *testing.T, w *window) {
	t.Helper()
	log := w.log()
	for i, l := range log {
		require.Equal(t, log[0].ID+int64(i), l.ID)
	}
}
