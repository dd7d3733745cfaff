package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Ben says something. Ann reacts to it, answers it and pins it; Ben sees who reacted, joins in,
// corrects what he said and in the end deletes it. The answer's quote follows, also after a reload.
func (b *browser) whatIsDoneToMessages(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ben.says("the frist")
	first := ann.messageOf("ben", "the frist")

	ann.points(first + " .bubble")
	ann.click(first + " .toolbar [aria-label^=React]")
	ann.await(`() => document.querySelectorAll('#picker:popover-open .grid button').length > 1000 && document.activeElement.type === 'search'`)
	ann.write("庆祝")
	ann.await(`() => document.querySelector('#picker .grid button')?.textContent && document.querySelectorAll('#picker .grid button').length < 100`)
	require.True(t, eval[bool](ann, `() => [...document.querySelectorAll('#picker .grid button')].some((button) => button.textContent === '🎉')`), "emoji are found in Chinese too")
	eval[any](ann, `() => { document.activeElement.value = ''; }`)
	ann.write("tada")
	ann.await(`() => document.querySelector('#picker .grid button')?.textContent === '🎉'`)
	ann.press(kb.Enter)
	ann.reactions(first, "🎉 1*")
	ben.reactions(first, "🎉 1")
	ben.click(first + " [data-emoji]")
	ben.reactions(first, "🎉 2*")
	ben.points(first + " .content")
	ben.points(first + " [data-emoji]")
	ben.sees("#tip:popover-open", "ann and you reacted with 🎉")
	ann.click(first + " [data-emoji]")
	ben.reactions(first, "🎉 1*")
	ann.picks(first, "👍")
	ann.reactions(first, "🎉 1", "👍 1*")

	ann.drafts("a draft ")
	ann.picks(first, "Reply")
	ann.sees(".about .doing", "Reply to ben")
	assert.Equal(t, "draft", ann.focused())
	ann.write("becomes the answer")
	ann.reload()
	ann.live()
	ann.sees(".about .which", "the frist")
	ann.says("")
	answer := ben.messageOf("ann", "a draft becomes the answer")
	ann.hides(".about")
	ben.sees(answer+" .quote .what", "the frist")
	ann.picks(first, "Pin")
	ben.shows(first + ".pinned .signs")

	ben.drafts("")
	ben.press(kb.ArrowUp)
	ben.sees(".about .doing", "Editing")
	ben.await(`() => document.querySelector('#draft').value === 'the frist'`)
	ben.clears()
	ben.says("the first, to @ann")
	ben.hides(".about")
	ben.await(`() => document.querySelector('#draft').value === ''`)
	for _, w := range []*window{ann, ben} {
		w.shows(first + ".edited.pinned .signs")
		w.sees(first+" .content", "the first, to @ann")
		w.sees(answer+" .quote .what", "the first, to @ann")
	}
	ann.shows(first + ".mentions-me .mention.me")

	ben.picks(first, "Delete")
	ben.sees("#delete[open] .content", "the first, to @ann")
	ben.press(kb.Escape)
	ben.hides("#delete")
	ben.picks(first, "Delete")
	ben.click("#delete .danger")
	for _, w := range []*window{ann, ben} {
		w.shows(first + ".deleted")
		w.sees(answer+" .quote .what", "This message was deleted.")
		w.reactions(first)
		w.hides(first + " .signs")
	}
	ann.reload()
	ann.live()
	ann.sees(first+" .content", "This message was deleted.")
	ann.sees(answer+" .quote .what", "This message was deleted.")
	assert.NotContains(t, eval[string](ann, `() => document.documentElement.outerHTML`), "the first, to")
}

// With the keyboard alone Ann goes to a message, answers it, reacts, copies, pins and deletes her own.
func (b *browser) messagesByKeyboard(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ann.says("mine")
	mine := ann.messageOf("ann", "mine")
	ben.says("```\ncode\n```\nhis")
	ann.await(`() => document.querySelector('.message .code')`)
	his := `article.message[data-id="2"]`
	ann.tabTo("log", chromedp.KeyModifiers(chromedp.ModifierShift))
	on := func(selector string) {
		t.Helper()
		ann.await(`(selector) => document.activeElement.matches(selector)`, selector)
	}

	ann.press(kb.ArrowUp)
	on(his)
	ann.shows(his + " .toolbar")
	ann.press(kb.Tab)
	on(his + " .copy")
	ann.press(kb.Escape)
	on(his)
	ann.press("k")
	on(mine)
	ann.press("j")
	on(his)
	ann.press("e")
	ann.hides(".about")
	ann.press(kb.Enter)
	ann.shows("#menu:popover-open")
	assert.NotContains(t, ann.text("#menu"), "Edit", "it is not hers")
	ann.press(kb.ArrowDown)
	ann.press(kb.Enter)
	ann.reactions(his, "❤️ 1*")
	on(his)
	ann.press("r")
	ann.sees(".about .doing", "Reply to ben")
	ann.press(kb.Escape)
	ann.hides(".about")
	assert.Equal(t, "draft", ann.focused())

	ann.tabTo("log", chromedp.KeyModifiers(chromedp.ModifierShift))
	ann.press(kb.ArrowUp)
	ann.press(kb.ArrowUp)
	on(mine)
	ann.press("p")
	ben.shows(mine + ".pinned")
	ann.press(kb.Delete)
	ann.shows("#delete[open]")
	ann.tabTo("Delete")
	ann.press(kb.Enter)
	ben.shows(mine + ".deleted")
	on(mine)
	ann.press(kb.Escape)
	on("#draft")
}

// Two people are called Ann Lee, with a space, and Mei is 李梅. Ben completes their names; who is
// chosen is meant, and stays so when he corrects what he said.
func (b *browser) mentions(t *testing.T) {
	profiles := profilesOf(t, map[string]string{"ann@one.example": "Ann Lee", "ann@two.example": "Ann Lee", "mei@example.cn": "李梅", "ben@example.com": "Ben"})
	server := start(t, t.TempDir(), "--gravatar", profiles, "--gravatar-api", profiles+"/v3")
	one := b.joins(t, server.Base, "ann@one.example")
	two := b.joins(t, server.Base, "ann@two.example")
	mei := b.joins(t, server.Base, "mei@example.cn")
	ben := b.joins(t, server.Base, "ben@example.com")
	ben.with("Ann Lee", "Ann Lee", "李梅", "Ben")
	const offered = `(want) => [...document.querySelectorAll('#completion:not([hidden]) li')].map((line) => line.firstElementChild.matches('bdi') ? line.firstElementChild.textContent : line.querySelector('.name').textContent).join() === want`

	ben.drafts("@ann")
	ben.await(offered, "Ann Lee,Ann Lee")
	assert.Equal(t, "combobox", eval[string](ben, `() => document.querySelector('#draft').role`))
	meant, other := one, two
	if eval[string](ben, `() => document.querySelectorAll('#completion img')[1].src.match(/avatar.([^?]+)/)[1]`) == two.me() {
		meant, other = two, one
	}
	ben.press(kb.ArrowDown)
	ben.press(kb.Tab)
	ben.await(`() => document.querySelector('#draft').value === '@Ann Lee '`)
	ben.write("好，还有@李")
	ben.await(offered, "李梅")
	ben.press(kb.Enter)
	ben.await(`() => document.querySelector('#draft').value === '@Ann Lee 好，还有@李梅 ' && document.querySelector('#completion').hidden`)
	ben.press(kb.Enter)
	const said = "@Ann Lee 好，还有@李梅"
	for _, w := range []*window{meant, mei} {
		w.hears("Ben", said)
		w.shows(".mentions-me")
	}
	other.hears("Ben", said)
	other.hides(".mentions-me")

	ben.drafts("")
	ben.press(kb.ArrowUp)
	ben.await(`(said) => document.querySelector('#draft').value === said`, said)
	ben.write("！")
	ben.press(kb.Enter)
	meant.shows(".mentions-me.edited")
	other.shows(".edited")
	other.hides(".mentions-me")
	ben.hides(".about")

	ben.drafts("a@an")
	ben.write("d now @he")
	ben.await(offered, "@here")
	ben.press(kb.Escape)
	ben.hides("#completion")
	ben.write("re :tad")
	ben.await(`() => document.querySelector('#completion:not([hidden]) li bdi')?.textContent === '🎉'`)
	ben.press(kb.Enter)
	ben.press(kb.Enter)
	for _, w := range []*window{one, two, mei} {
		w.hears("Ben", "a@and now @here 🎉")
		w.shows(".mentions-me .mention.me[data-user=here]")
	}
}

// Markdown is shown in the bubble; nothing in it is executed, and code can be copied.
func (b *browser) richText(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := chattest.Join(t, server.Base, "ben@example.com")
	for _, text := range []string{
		"**bold** [x](javascript:alert(1)) <img src=x onerror='window.__xss = 1'> [y](data:text/html,<script>1</script>)",
		"```html\n<script>window.__xss = 1</script>\n```",
		"| a | b |\n|---|--:|\n| 1 | " + strings.Repeat("long", 30) + " |",
		"- one\n- [ ] two\n\n> quoted\n\n# heading",
	} {
		posts(ben, message.Lobby, text)
	}
	ann.await(`() => document.querySelectorAll('.message .rich').length === 4`)
	assert.Equal(t, "undefined", eval[string](ann, `() => typeof window.__xss`))
	assert.Zero(t, eval[int](ann, `() => document.querySelectorAll('.content :is(img, script, iframe, a[href^="javascript"], a[href^="data"], [onerror], [style])').length`))
	assert.Equal(t, "<script>window.__xss = 1</script>", eval[string](ann, `() => document.querySelector('.code[data-language=html] pre').textContent`))
	assert.True(t, eval[bool](ann, `() => document.querySelector('.rich li input').disabled`))
	ann.do(chromedp.EmulateViewport(390, 844))
	assert.LessOrEqual(t, eval[int](ann, `() => log.scrollWidth - log.clientWidth`), 0, "what is wide scrolls by itself")
	assert.True(t, eval[bool](ann, `() => { const table = document.querySelector('.table'); return table.scrollWidth > table.clientWidth; }`))
	ann.do(chromedp.EmulateViewport(1280, 800))
	ann.points(".code pre")
	ann.click(".code .copy")
	ann.shows(".code .copy.done")
}

// Commands begin with a slash: those there are, those there are not, and what only looks like one.
func (b *browser) slashCommands(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	tiles := makes(ben, message.OpenRoom, "map tiles")
	plan := makes(hers, message.PrivateRoom, "plan")
	empty := func() {
		t.Helper()
		ann.await(`() => document.querySelector('#draft').value === ''`)
	}

	ann.drafts("/")
	ann.await(`() => document.querySelectorAll('#completion:not([hidden]) li').length === 9`)
	ann.write("to")
	ann.press(kb.Tab)
	ann.await(`() => document.querySelector('#draft').value === '/topic '`)
	ann.says("About everything")
	ann.sees("#room-topic", "About everything")
	empty()
	ann.says("/me waves")
	ann.hears("ann", "waves")
	assert.Equal(t, "waves", ann.text(".message .content em"))
	ann.says("/shrug well")
	ann.hears("ann", `well ¯\_(ツ)_/¯`)
	ann.says("//me is a command")
	ann.hears("ann", "/me is a command")
	ann.says("/usr/bin is none")
	ann.hears("ann", "/usr/bin is none")
	ann.says("/frob it")
	ann.await(`() => document.querySelector('#composer-hint').textContent.startsWith('There is no command /frob.')`)
	ann.await(`() => document.querySelector('#draft').value === '/frob it'`)
	assert.Len(t, ann.log(), 4, "what is no command is not said")
	ann.clears()
	ann.says("/join Map Tiles")
	ann.in(tiles.ID)
	empty()
	ann.goes(plan)
	ann.says("/invite @ben")
	ann.press(kb.Enter) // the first took the completed name, or sent it
	ann.sees("#composer-hint", "ben is in this room now.")
	var got message.Room
	assert.Equal(t, 200, ben.Get("/api/v1/rooms/"+plan.ID, &got))
}

// Ann sees that Ben writes, until he says it or stops.
func (b *browser) typing(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ann.with("ann", "ben")
	ben.drafts("/me is not told")
	ben.press(kb.Enter)
	ann.hears("ben", "is not told")
	ann.hides(".typing")
	ben.drafts("Hel")
	ann.sees(".typing", "ben is typing…")
	assert.Empty(t, eval[string](ann, `() => document.querySelector('.typing').closest('[aria-live], [role=status], [role=log]')?.id ?? ''`), "it is not announced")
	ben.says("lo")
	ann.hears("ben", "Hello")
	ann.hides(".typing")
	for !eval[bool](ann, `() => document.querySelector('.typing').checkVisibility()`) {
		ben.write("and more ") // it is told again after a while
	}
	ann.hides(".typing") // which takes its time
}

// On a phone a tap on a message opens what can be done to it; a tap beside that only closes it.
func (b *browser) messagesOnAPhone(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.window(t).holdsPhone()
	ann.join(server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	posts(ben.as(server.Base), message.Lobby, "tall"+strings.Repeat("\n", 20)+"one")
	tall := `article.message[data-id="1"]`
	ben.says("one")
	one := ann.messageOf("ben", "one")
	ben.says("two")
	two := ann.messageOf("ben", "two")

	ann.tap(one + " .content")
	ann.shows("#menu:popover-open")
	ann.settles()
	sheet := eval[struct{ Left, Right, Top, Bottom float64 }](ann, `() => { const { left: Left, right: Right, top: Top, bottom: Bottom } = document.querySelector('#menu').getBoundingClientRect(); return { Left, Right, Top, Bottom }; }`)
	assert.Equal(t, []float64{0, 390, 844}, []float64{sheet.Left, sheet.Right, sheet.Bottom}, "it rises from the foot")
	eval[any](ann, `() => { window.clicks = 0; document.addEventListener('click', () => clicks++); }`)
	at := eval[struct{ X, Y float64 }](ann, `(tall) => { const { x, y } = document.querySelector(tall + ' .content').getBoundingClientRect(); return { X: x + 20, Y: Math.max(y, log.getBoundingClientRect().top) + 20 }; }`, tall)
	require.Less(t, at.Y, sheet.Top)
	ann.do(chromedp.TapXY(at.X, at.Y))
	ann.await(`() => clicks === 1`)
	ann.hides("#menu")
	ann.tap(two + " .content")
	ann.shows("#menu:popover-open")
	ann.settles()
	ann.do(chromedp.TapXY(at.X, at.Y))
	ann.hides("#menu")

	ann.tap(one + " .content")
	ann.choice("👍")
	ben.reactions(one, "👍 1")
	ann.reactions(one, "👍 1*")
	ann.await(`() => Math.abs(log.scrollHeight - log.clientHeight - log.scrollTop) < 2`)
	ann.tap(one + " .reactions .add")
	ann.await(`() => document.querySelectorAll('#picker:popover-open .grid button').length > 1000`)
	ann.settles()
	ann.tap(`#picker .grid button[data-names*=":joy:"]`)
	ben.reactions(one, "👍 1", "😂 1")

	// With the keyboard up, the first tap only puts it away.
	ann.tap("#draft")
	ann.tap(two + " .content")
	assert.NotEqual(t, "draft", ann.focused())
	ann.hides("#menu")
	ann.tap(two + " .content")
	ann.choice("Reply")
	ann.sees(".about .which", "two")
	ann.write("three")
	ann.tap("#composer .send")
	ben.sees(".message:last-of-type .quote .what", "two")
}
