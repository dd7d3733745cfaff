package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// A guarded window is one in which nothing strange may happen: a dialog of the browser's own, a request
// to somebody else. (A violation of the content policy is a fault in every window.)
type guarded struct {
	*window
	base string
	mu   sync.Mutex
	odd  []string
}

func (b *browser) guarded(t *testing.T, base string) *guarded {
	g := &guarded{base: base}
	g.window = newWindow(t, b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(g.look))
	g.do(command(network.Enable, network.EnableParams{}), command(page.Enable, page.EnableParams{}))
	return g
}

func (g *guarded) look(event any) {
	odd := ""
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		odd = "a dialog: " + e.Message
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Scheme != "blob" && u.Scheme+"://"+u.Host != g.base {
			odd = "a request: " + e.Request.URL
		}
	}
	if odd != "" {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.odd = append(g.odd, odd)
	}
}

// inert sees that the page, as it is now, has nothing in it that could run or lead anywhere but to the web.
func (g *guarded) inert(where string) {
	g.t.Helper()
	assert.Empty(g.t, eval[[]string](g.window, `() => {
		const leads = ['href', 'src', 'srcset', 'action', 'formaction', 'data', 'poster', 'xlink:href'];
		const faults = [];
		for (const element of document.querySelectorAll('*')) {
			if (['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'FRAME', 'STYLE', 'MARQUEE'].includes(element.tagName)) faults.push(element.outerHTML);
			if (element.tagName === 'SCRIPT' && element.type !== 'application/json' && new URL(element.src).origin !== location.origin) faults.push(element.outerHTML);
			for (const { name, value } of element.attributes) {
				if (name.startsWith('on') || name === 'srcdoc') faults.push(element.outerHTML);
				if (leads.includes(name) && !['http:', 'https:', 'mailto:', 'blob:'].includes(new URL(value, location).protocol)) faults.push(element.outerHTML);
			}
		}
		return faults;
	}`), where)
	g.mu.Lock()
	defer g.mu.Unlock()
	assert.Empty(g.t, g.odd, where)
}

const attack = `"><img src=https://evil.invalid/x onerror="alert(1)"><script>alert(1)</script>`

// attacks are messages that would run somewhere, each of them beside something that makes it HTML.
var attacks = []string{
	"<script>alert(1)</script> *e*", "<img src=x onerror=alert(1)> *e*", "<svg/onload=alert(1)> *e*", "<iframe src=//evil.invalid></iframe> *e*",
	"[x](javascript:alert(1))", "[x](javascript&colon;alert(1))", "[x](java\tscript:alert(1)) *e*", "[x](data:text/html,<script>alert(1)</script>)", "<javascript:alert(1)> *e*",
	`![x](x" onerror="alert(1)) *e*`, "![x](https://evil.invalid/pixel.png)", `[x](https://a.b"onmouseover="alert(1)) *e*`, `https://a.b/"onmouseover="alert(1) *e*`,
	"```\"><script>alert(1)</script>\nx\n```", "```html\n<script>alert(1)</script>\n```", "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |", "<style>*{display:none}</style> *e*",
	"</template></article></main><script>alert(1)</script>", "{{.}} ${alert(1)} *e*", "@" + attack,
}

// Eve, who is called after her attack, makes a room, says things, sends files and makes an invitation.
// Whatever Ann looks at, and a visitor who has the link, it stays text.
func TestHostile12NothingOfAStrangerRuns(t *testing.T) {
	b := openBrowser(t)
	upstream := profilesOf(t, map[string]string{"eve@example.com": attack})
	server := start(t, t.TempDir(), "--limits", "off", "--gravatar", upstream, "--gravatar-api", upstream+"/v3")
	ann := b.guarded(t, server.Base)
	ann.join(server.Base, "ann@example.com")
	eve := chattest.Join(t, server.Base, "eve@example.com")
	socket := eve.Open()
	shown := attack[:64] // as long as names may be
	ann.with("ann", shown)

	room := makes(eve, message.OpenRoom, attack)
	topic, err := json.Marshal(map[string]string{"Topic": attack + " https://example.com/" + attack})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, eve.Patch("/api/v1/rooms/"+room.ID, string(topic), nil))
	ann.as(server.Base).JoinRoom(room.ID)
	ann.open(server.Base + "/rooms/" + room.ID)
	ann.live()
	var last int64
	for _, content := range attacks {
		last = posts(eve, room.ID, content)
	}
	for name, content := range map[string]string{attack + ".svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, attack + ".html": "<script>alert(1)</script>", "x.png": attack} {
		var f message.File
		require.Equal(t, http.StatusCreated, eve.Post("/api/v1/files?name="+url.QueryEscape(name), content, &f))
		body, err := json.Marshal(map[string]any{"TextMessage": map[string]any{
			"Content": attack, "ReplyTo": last, "Files": []map[string]string{{"ID": f.ID, "Alt": attack}},
		}})
		require.NoError(t, err)
		var said message.Message
		require.Equal(t, http.StatusCreated, eve.Post("/api/v1/rooms/"+room.ID+"/messages", string(body), &said))
		last = said.TextMessage.ID
	}
	require.Equal(t, http.StatusOK, eve.Put(fmt.Sprintf("/api/v1/rooms/%s/messages/%d/pin", room.ID, last), "", nil))
	socket.Type(room.ID)
	everything := fmt.Sprintf(`() => document.querySelectorAll('article.message[data-id]').length >= %d`, len(attacks)+3)
	ann.await(everything)
	ann.inert("as it is said")
	ann.reload()
	ann.live()
	ann.await(everything)
	ann.inert("as it was said before")

	for _, c := range []struct{ command, dialog, types string }{
		{"details", "#details[open]", ""}, {"browse", "#browse[open]", ""}, {"switch", "#switcher[open]", "alert"}, {"pins", "#pins[open]", ""}, {"search", "#search[open]", "alert"},
	} {
		ann.click("[data-command=" + c.command + "]")
		ann.shows(c.dialog)
		if c.types != "" {
			ann.write(c.types)
		}
		ann.await(`(dialog) => document.querySelector(dialog).textContent.includes('<script>')`, c.dialog)
		ann.inert(c.command)
		ann.press(kb.Escape)
		ann.hides(c.dialog)
	}
	ann.meets(shown)
	ann.inert("who she is")

	visitor := b.guarded(t, server.Base)
	visitor.expect(`status of 4\d\d`)
	link := eve.Invite(room.ID, "member", 0).Link
	visitor.open(link)
	visitor.sees("h1", room.Name)
	visitor.inert("the invitation")
	for _, path := range []string{"/rooms/%3Cscript%3Ealert(1)%3C/script%3E", "/?next=javascript:alert(1)", "/?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/openid/callback?error=%3Cscript%3E", "/code/%3Cscript%3E"} {
		visitor.open(server.Base + path)
		visitor.inert(path)
	}
	visitor.open(server.Base + "/")
	eval[any](visitor.window, `(email) => {
		const form = document.querySelector('#join');
		form.noValidate = true;
		Object.assign(form.elements.email, { type: 'text', maxLength: 1000, value: email });
		form.requestSubmit();
	}`, attack+"@example.com")
	visitor.shows("[role=alert]")
	assert.Contains(t, eval[string](visitor.window, `() => document.querySelector('[name=email]').value`), "<script>", "what was typed is there, to be mended")
	visitor.inert("an address that is none")
	assert.True(t, strings.HasPrefix(visitor.location(), server.Base))
}

func (w *window) location() string { return eval[string](w, `() => location.href`) }
