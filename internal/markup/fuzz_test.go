package markup

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"gochatting/internal/message"
)

var allowed = map[string][]string{
	"p": nil, "br": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil, "blockquote": nil, "ul": nil, "ol": {"start"}, "li": nil, "hr": nil,
	"em": nil, "strong": nil, "del": nil, "code": {"class"}, "pre": nil, "span": {"class", "data-user"}, "a": {"href", "rel", "target"},
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": {"align"}, "td": {"align"}, "input": {"type", "disabled", "checked"},
}

var classNames = regexp.MustCompile(`^(?:language-[a-z0-9_+#.-]{1,20}|mention|[a-z]{1,2})$`)

// parse reads HTML as a browser does that puts it into a div.
func parse(t testing.TB, text string) []*html.Node {
	nodes, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	require.NoError(t, err)
	return nodes
}

// checkHTML sees that there is nothing in text but what a message may have in it, and that a browser
// would not build something else of it.
func checkHTML(t testing.TB, text string, ids []string) {
	var check func(n *html.Node)
	check = func(n *html.Node) {
		assert.Contains(t, []html.NodeType{html.ElementNode, html.TextNode}, n.Type, text)
		if n.Type == html.ElementNode {
			attributes, ok := allowed[n.Data]
			assert.True(t, ok, "%s in %s", n.Data, text)
			for _, a := range n.Attr {
				assert.Contains(t, attributes, a.Key, "%s of %s", n.Data, text)
				switch a.Key {
				case "href":
					u, err := url.Parse(a.Val)
					assert.NoError(t, err, text)
					assert.Contains(t, []string{"http", "https", "mailto"}, u.Scheme, text)
					assert.Len(t, n.Attr, 3, text)
				case "class":
					assert.Regexp(t, classNames, a.Val, text)
				case "data-user":
					for id := range strings.FieldsSeq(a.Val) {
						assert.True(t, id == message.MentionHere || slices.Contains(ids, id), "%s in %s", id, text)
					}
				}
			}
		}
		for child := range n.ChildNodes() {
			check(child)
		}
	}
	var again strings.Builder
	for _, n := range parse(t, text) {
		check(n)
		require.NoError(t, html.Render(&again, n))
	}
	assert.Equal(t, text, strings.ReplaceAll(again.String(), "/>", ">"))
}

func textOf(t testing.TB, text string) string {
	var b strings.Builder
	for _, n := range parse(t, text) {
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data)
			}
		}
	}
	return b.String()
}

// letters are what markup neither is nor takes away.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x80 && !eastAsian(r) || strings.ContainsRune("abcdefghijklmnopqrstuvwxyz", r) {
			return r
		}
		return -1
	}, s)
}

func FuzzRender(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed + "*a*" + seed)
	}
	for _, content := range []string{
		"**a** @Ann Lee, @张三你好 @here", "> a\nb\n- c\n  - [x] d\n\n# e", "```go\nfunc a() {}\n```", "| a |\n|:-:|\n| `b` |", "[a](https://b.c/d \"e\") ![f](g)",
		"https://a.b/c_d), <https://e.f> :tada:", "a~~b~~c `` ` `` \\*", "<b>&amp;", "1. a\n\n   b\n2. c",
	} {
		f.Add(content)
	}
	r := renderer(f)
	people := []message.User{ann, lee, zhang}
	ids := []string{ann.ID, lee.ID, zhang.ID}
	f.Fuzz(func(t *testing.T, content string) {
		html, mentions := r.Render(t.Context(), content, people, []string{"u2"})
		for _, id := range mentions {
			assert.True(t, id == message.MentionHere || slices.Contains(ids, id))
		}
		checkHTML(t, html, ids)
		tidied := tidy(content)
		if html == "" {
			if !mayMark(tidied) && len(mentions) == 0 && len(content) <= r.options.Content {
				w, _, err := r.write(tidied, job{people: people})
				require.NoError(t, err)
				assert.False(t, w.marked && w.seen, "%q may be marked: %s", content, w.String())
			}
			return
		}
		if !strings.ContainsAny(tidied, "(:`~&<[") { // links, emoji, info of code: what may go
			assert.Equal(t, letters(tidied), letters(textOf(t, html)), html)
		}
	})
}
