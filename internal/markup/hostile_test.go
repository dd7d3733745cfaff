package markup

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// HOSTILE.md, row 12: what could run is text. Each stands beside an emphasis, so that there is HTML.
func TestHostile12WhatCouldRunIsText(t *testing.T) {
	r := renderer(t)
	for _, content := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<style>*{}</style>", "<iframe src=//x>",
		"<a href=javascript:alert(1)>x</a>", "<!-- x --><b onclick=a()>", "</p></div><script>", "<input autofocus onfocus=a()>", "<p style=x>",
		"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](javascript&colon;alert(1))", "[x](java\tscript:alert(1))", "[x](&#106;avascript:alert(1))",
		`[x](java\script:alert(1))`, "[x](<javascript:alert(1)>)", "[x](vbscript:x)", "[x](data:text/html,<script>)", "[x](data:image/svg+xml;base64,PHN2Zz4=)", "[x](//evil.example)", "[x](\\\\evil.example)",
		"![x](javascript:alert(1))", "![x](data:image/png;base64,AA)", "![x](x\" onerror=\"alert(1))", "<javascript:alert(1)>", "<data:text/html,x>", "javascript:alert(1)",
		"[x](https://a.b\" onmouseover=\"alert(1))", "[x](https://a.b/' onmouseover='alert(1))", "[x](https://a.b/\"onmouseover=\"alert(1)", "https://a.b/\"onmouseover=\"alert(1)", "<https://a.b/\"onmouseover=\"x>",
		"[x]: javascript:alert(1)\n\n[x]", "```\"><script>alert(1)</script>\nx\n```", "```html\n<script>alert(1)</script>\n```", "`<script>`", "| <script> |\n|---|\n| <img onerror=x> |",
		"@<script>", "\x00<script\x00>", "<scr\x00ipt>", "&lt;script&gt;", "\xff<script>\xfe", "<script\r\n>", "# <script>", "- <script>", "> <script>", "<a@b.c\"onclick=x>", "<x@javascript.alert>",
	} {
		html, _ := r.Render(t.Context(), content+"\n\n*e*", []message.User{{ID: "u1", Name: "<script>"}}, nil)
		require.NotEmpty(t, html, "%q", content)
		checkHTML(t, html, []string{"u1"})
	}
}

// The policy holds also against a writer that has a fault.
func TestHostile12ThePolicyStandsAlone(t *testing.T) {
	policy := newPolicy()
	for given, want := range map[string]string{
		`<script>alert(1)</script>x`:                                         "x",
		`<style>*{}</style>x`:                                                "x",
		`<img src=x onerror=a()>`:                                            "",
		`<iframe src="//x">y</iframe>`:                                       "",
		`<svg><a href="javascript:a()">x</a>`:                                "x",
		`<p onclick="a()" style="x" id="y">x</p>`:                            "<p>x</p>",
		`<a href="javascript:a()">x</a>`:                                     "x",
		`<a href="data:text/html,x">x</a>`:                                   "x",
		`<a href="//evil.example">x</a>`:                                     "x",
		`<a href="/rooms/x">x</a>`:                                           "x",
		`<a href="https://a.b">x</a>`:                                        `<a href="https://a.b" rel="nofollow noreferrer noopener" target="_blank">x</a>`,
		`<a href="https://a.b" target="x" rel="opener">x</a>`:                `<a href="https://a.b" rel="nofollow noreferrer noopener" target="_blank">x</a>`,
		`<span class="message" data-user="a&quot;b" data-x="y">x</span>`:     "<span>x</span>",
		`<code class="language-a b">x</code>`:                                "<code>x</code>",
		`<input type="text" autofocus>`:                                      "",
		`<form action="https://a.b"><input type="password" name="p"></form>`: "",
		`<!-- x --><b>y</b>`:                                                 "y",
	} {
		assert.Equal(t, want, policy.Sanitize(given), given)
	}
}

// HOSTILE.md, row 13: names are text wherever they come from.
func TestHostile13NamesAreText(t *testing.T) {
	r := renderer(t)
	for _, name := range []string{`<img src=x onerror="a()">`, `"><script>`, "a\u202eb", "&lt;b&gt;", "`x`", "[x](javascript:a)", strings.Repeat("<b>", 20)} {
		html, mentions := r.Render(t.Context(), "*hi* @"+name, []message.User{{ID: "u1", Name: name}}, nil)
		assert.Equal(t, []string{"u1"}, mentions, name)
		checkHTML(t, html, []string{"u1"})
	}
}

// HOSTILE.md, row 20: neither many names nor many people of one name make many mentions.
func TestHostile20MentionsAreBounded(t *testing.T) {
	r := renderer(t)
	var people []message.User
	var content strings.Builder
	for i := range 300 {
		people = append(people, message.User{ID: fmt.Sprint("k", i), Name: "Kim"}, message.User{ID: fmt.Sprint("n", i), Name: fmt.Sprint("n", i)})
		fmt.Fprintf(&content, "@n%d ", i)
	}
	_, mentions := r.Render(t.Context(), content.String(), people, nil)
	assert.Len(t, mentions, mostNames)
	html, mentions := r.Render(t.Context(), "@Kim", people, nil)
	assert.Len(t, mentions, mostMentioned)
	assert.Empty(t, html)
}

// seeds are what makes Markdown superlinear, or its HTML long, when it is said often.
var seeds = []string{
	"![](", "[", "![", "]", "[](", "[a](", "[a](b", "[a](https://b) ", "[a](((", "[a](https://b \"", "[a]", "[a][", "[*", "*[", "> ", "- ", "1. ", "- a\n", "> a\n",
	"*", "_", "*a", "*a ", "a* ", "*a_ ", "a**b", "*_", "**_", "***a_", "~~a", "`", "``a`", "`` ` ", "<", "<http://", "<a@", "http://", "http://a ", "://", ":a", ":tada:", "@", "@a ", "@张",
	"@e\u0301", "a|", "|-", "| a |\n|-|\n", "a|b\n-|-\n\n", "\\*", "&", "# a\n", "\n", "```\n", "---\n", "> - ", "- [x] a\n", "\t", "“*”", "\x00", "\r",
}

// HOSTILE.md, row 21: what is superlinear is bounded by its size, and its HTML with it.
func TestHostile21MarkdownStaysSmall(t *testing.T) {
	r := renderer(t)
	const size = 8 << 10
	contents := []string{tall(1000), strings.Repeat("a|", 40) + "\n" + strings.Repeat("-|", 40) + "\n" + strings.Repeat("a\n", 40)}
	for _, seed := range seeds {
		many := strings.Repeat(seed, size/2/len(seed))
		contents = append(contents, many+many, many+strings.Repeat("]", size/2), many+strings.Repeat("](a)", size/8), many+strings.Repeat("* ", size/4), "*a* "+many)
	}
	for _, content := range contents {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		html := render(r, content)
		runtime.ReadMemStats(&after)
		assert.LessOrEqual(t, len(html), 6*len(content)+4<<10, "%.20q", content)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "%.20q", content)
	}
}

// tall is a table that is mostly missing cells: goldmark would make n² of them.
func tall(n int) string {
	return strings.Repeat("a|", n) + "\n" + strings.Repeat("-|", n) + "\n" + strings.Repeat("a\n", n)
}

func TestHostile21LongHTMLIsPlainText(t *testing.T) {
	r := renderer(t)
	assert.Empty(t, render(r, strings.Repeat("- ", 4)+"a"+strings.Repeat("\n\n- > b", 1000)), "19 bytes become 60")
	assert.Empty(t, render(r, strings.Repeat("![a](https://b) ", 500)))
}

func TestHostile21NothingIsNestedDeeply(t *testing.T) {
	r := renderer(t)
	assert.Equal(t, 8, strings.Count(render(r, strings.Repeat("> ", 100)+"a"), "<blockquote>"))
	assert.Equal(t, 8, strings.Count(render(r, strings.Repeat("- ", 100)+"a"), "<ul>"))
	assert.Empty(t, render(r, strings.Repeat("*a _b ", 30)+"c"+strings.Repeat(" d_ e*", 30)))
}

func TestHostile21LinksThatAreNoneAreNotLookedAtForEver(t *testing.T) {
	r := renderer(t)
	good := "[a](https://b)"
	assert.Contains(t, render(r, strings.Repeat("[a] ", 100)+good), link("https://b", "a"))
	assert.Empty(t, render(r, strings.Repeat("[a] ", 1000)+good))
}

// A lexer is asked for one token after the other, so that it can be stopped between them. One that
// reads all of the code before it gives the first token cannot be.
func TestHostile21LexersCanBeStopped(t *testing.T) {
	all := newHighlighters()
	for name, lexer := range all {
		assert.IsType(t, &chroma.RegexLexer{}, lexer, name)
	}
	h := &highlighter{lexers: all, room: 1 << 20, limit: time.Minute}
	code := strings.Repeat("var a = 1\n", 10)
	assert.Contains(t, h.highlight("go", code), "<span")
	h.until = time.Now()
	assert.NotContains(t, h.highlight("go", code), "<span", "the time is up")

	fails, err := chroma.NewLexer(nil, func() chroma.Rules {
		return chroma.Rules{"root": {{Pattern: ".", Type: chroma.Text, Mutator: chroma.Push("nowhere")}}}
	})
	require.NoError(t, err)
	h = &highlighter{lexers: highlighters{"fails": fails}, room: 1 << 20, limit: time.Minute}
	assert.Equal(t, "a &lt;b&gt;", h.highlight("fails", "a <b>"), "lexers panic when they fail")

	h = &highlighter{lexers: all, room: 100, limit: time.Minute}
	assert.NotContains(t, h.highlight("go", code), "<span", "no room")
}

// Whatever it is given, highlighted code is the code.
func TestHostile21CodeStaysWhatItIs(t *testing.T) {
	r := renderer(t)
	for _, language := range languages {
		for _, code := range []string{"(\"'`{[<", "/* <b> */ x = 1 // \\", "<a b='c'>&amp;</a>", "a: [b]\n\n\n  - c", "'''\n\"\"\"", "$x{y} #{z} %w(a)", "\u202e张三 🎉"} {
			html := render(r, "```"+language+"\n"+code+"\n```")
			assert.Equal(t, code, textOf(t, html), "%s %s", language, strconv.Quote(code))
		}
	}
}
