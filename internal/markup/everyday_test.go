package markup

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What people write without a thought of markup is shown as they wrote it.
func TestEverydayTextIsLeftAlone(t *testing.T) {
	r := renderer(t)
	for _, content := range []string{
		"", "hi", "two\nlines", "two\n\nparagraphs", "  indented\n    more", "好的，明天见。",
		"1.", "1. ", "1)", "#", "# ", "##", "-", "- ", "*", "* ", "> ", ">", "---", "```", "~~~", "***", "* * *", "___", "...",
		"-5 degrees", "- - -", "+1", "+ 1 from me", "1986. A great year.", "10:30:45", "a:100:b", ":nope: :D :-) ::", "#1", "#general", "C#",
		"2 * 3 * 4", "2*3*4 = 24", "x**2 + y**2", "a * b", "5* hotel, 4* hostel", "f(*args, **kwargs)", "int *a, *b;", "*.go and *.js", "*footnote",
		"snake_case_name", "_private", "__dunder", "a_b and c_d", "变量_名_字",
		`¯\_(ツ)_/¯`, `C:\path`, `C:\_new`, `\\server\share\*.txt`, `\o/`, `foo\`, `\d+\.\d+`,
		">_<", ">:(", ">>> x", "->", "=>", "a > b", "a >= b", "<3", "<- here", "a < b", "Vec<T>", "if (a<b && c>d)",
		"~5 or ~6", "~/bin and ~/lib", "好的~谢谢~", "好的~~谢谢~~", "|", "a | b", "a || b", "|a|b|", "a\n -", "a\n:-:", "a|b\n-|-|-", "|a|\n|-|\n|b|c|",
		"[1] and [2]", "[x]", "[ ] todo", "array[0](x)", "f[i](j)", "[a](b)", "(a)[b]", "![", "!important",
		"[ref]: https://example.com", "[ref]\n\n[ref]: https://example.com",
		"AT&T", "&amp; &lt; &copy;", "Tom & Jerry", `"quoted" 'too'`, "R$ 5", "100%", "a^b", "a=b\n===", "50 %",
		"https://example.com/a_b_c/d*e*f", "see https://example.com/x_(y).", "看https://example.com/路径，然后", "http://[::1]:5050/", "http:// https://",
		"ann@example.com", "@nobody", "@", "a@", "mailto:ann@example.com", "www.example.com",
		"<b>bold</b>", "<script>alert(1)</script>", "<br>", "<!-- x -->", "&#x3c;",
	} {
		assert.Empty(t, render(r, content), "%q", content)
	}
}

func TestMarkup(t *testing.T) {
	r := renderer(t)
	for content, want := range map[string]string{
		"*waves*":           "<p><em>waves</em></p>",
		"_waves_":           "<p><em>waves</em></p>",
		"**b** and ***c***": "<p><strong>b</strong> and <em><strong>c</strong></em></p>",
		"~~gone~~ ~not~":    "<p><del>gone</del> ~not~</p>",
		"a `b*c*` d":        "<p>a <code>b*c*</code> d</p>",
		"`a\nb`":            "<p><code>a b</code></p>",
		"```a b```":         "<p><code>a b</code></p>",
		"*a*\nb\n\nc":       "<p><em>a</em><br>\nb</p>\n<p>c</p>",
		`\*not* \_this\_`:   "<p>*not* _this_</p>",
		`*a* \\server`:      `<p><em>a</em> \server</p>`,
		`*a* ¯\_(ツ)_/¯`:     `<p><em>a</em> ¯\_(ツ)_/¯</p>`,
		"*a* <b> &lt; \" '": "<p><em>a</em> &lt;b&gt; &amp;lt; &#34; &#39;</p>",
		"**注意：**今天":         "<p><strong>注意：</strong>今天</p>",
		"**注意：**now":        "<p><strong>注意：</strong>now</p>",
		"**“好”**，他说":        "<p><strong>“好”</strong>，他说</p>",
		"他说*很*好":            "<p>他说<em>很</em>好</p>",
		"价格~~100~~80元":      "<p>价格<del>100</del>80元</p>",
		"__init__":          "<p><strong>init</strong></p>",

		"- a\n- b":              "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
		"* a\n* b":              "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
		"Todo:\n- a\nthanks":    "<p>Todo:</p>\n<ul>\n<li>a</li>\n</ul>\n<p>thanks</p>",
		"- a\n  - b":            "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>",
		"- a\n\n- b":            "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>",
		"1. a\n2. b":            "<ol>\n<li>a</li>\n<li>b</li>\n</ol>",
		"3. a\n4. b":            "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>",
		"- [x] a\n- [ ] b":      "<ul>\n<li><input type=\"checkbox\" disabled=\"\" checked=\"\">a</li>\n<li><input type=\"checkbox\" disabled=\"\">b</li>\n</ul>",
		"> a\n> b":              "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>",
		"> a\nno":               "<blockquote>\n<p>a</p>\n</blockquote>\n<p>no</p>",
		"> a\n>\n> b\n>_<":      "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n<p>&gt;_&lt;</p>",
		"> > a":                 "<blockquote>\n<blockquote>\n<p>a</p>\n</blockquote>\n</blockquote>",
		"> - a\n>   b\n\nc":     "<blockquote>\n<ul>\n<li>a<br>\nb</li>\n</ul>\n</blockquote>\n<p>c</p>",
		"a\n---\nb":             "<p>a</p>\n<hr>\n<p>b</p>",
		"# A\n## B\n##### C\nd": "<h3>A</h3>\n<h4>B</h4>\n<h6>C</h6>\n<p>d</p>",
		"| a | b |\n|--:|:-:|\n| 1 | *2* |": "<table>\n<thead>\n<tr><th align=\"right\">a</th><th align=\"center\">b</th></tr>\n</thead>\n<tbody>\n" +
			"<tr><td align=\"right\">1</td><td align=\"center\"><em>2</em></td></tr>\n</tbody>\n</table>",
		"a|b\n-|-": "<table>\n<thead>\n<tr><th>a</th><th>b</th></tr>\n</thead>\n</table>",

		"[a *b*](https://c.d/e_f)":           "<p>" + link("https://c.d/e_f", "a <em>b</em>") + "</p>",
		`[a](https://c.d "title")`:           "<p>" + link("https://c.d", "a") + "</p>",
		"[](https://c.d)":                    "<p>" + link("https://c.d", "https://c.d") + "</p>",
		"[a](mailto:ann@example.com)":        "<p>" + link("mailto:ann@example.com", "a") + "</p>",
		"[*a*](/rooms/x) b":                  "<p>[<em>a</em>](/rooms/x) b</p>",
		"[*a*](relative)":                    "<p>[<em>a</em>](relative)</p>",
		"![a](https://c.d/e.png)":            "<p>" + link("https://c.d/e.png", "a") + "</p>",
		"[![a](https://i.j)](https://c.d)":   "<p>" + link("https://c.d", "a") + "</p>",
		"![a [b](https://c.d)](https://e.f)": "<p>" + link("https://e.f", "a b") + "</p>",
		"[https://a.b](https://c.d)":         "<p>" + link("https://c.d", "https://a.b") + "</p>",
		"<https://c.d/e> <ann@example.com>":  "<p>" + link("https://c.d/e", "https://c.d/e") + " " + link("mailto:ann@example.com", "ann@example.com") + "</p>",
		"<ftp://c.d> *a*":                    "<p>&lt;ftp://c.d&gt; <em>a</em></p>",
		"*看*https://c.d/e，然后":                "<p><em>看</em>" + link("https://c.d/e", "https://c.d/e") + "，然后</p>",
		"**https://c.d/e_f_g/**":             "<p><strong>" + link("https://c.d/e_f_g/", "https://c.d/e_f_g/") + "</strong></p>",
		"*a* (HTTPS://c.d/x_(y)).":           "<p><em>a</em> (" + link("https://c.d/x_(y)", "HTTPS://c.d/x_(y)") + ").</p>",
		"*a* xhttps://c.d":                   "<p><em>a</em> xhttps://c.d</p>",

		":tada:":             "<p>🎉</p>",
		"好:+1:，10:30:45":     "<p>好👍，10:30:45</p>",
		"`:tada:` :octocat:": "<p><code>:tada:</code> :octocat:</p>",
		`\:tada: *a*`:        "<p>:tada: <em>a</em></p>",
	} {
		assert.Equal(t, want, render(r, content), "%q", content)
	}
}

func TestCode(t *testing.T) {
	r := renderer(t)
	for content, want := range map[string]string{
		"```\na *b*\n\n <c>\n```":     "<pre><code>a *b*\n\n &lt;c&gt;</code></pre>",
		"```go\nvar a = \"b\" // c":   `<pre><code class="language-go"><span class="k">var </span>a = <span class="s">&#34;b&#34; </span><span class="c">// c</span></code></pre>`,
		"```Go\nx\n```\ny":            "<pre><code class=\"language-go\">x</code></pre>\n<p>y</p>",
		"```klingon\nx\n```":          `<pre><code class="language-klingon">x</code></pre>`,
		"```js title=\"x\"\nf()\n```": `<pre><code class="language-js">f()</code></pre>`,
		"```\na\nb```\nc":             "<pre><code>a\nb</code></pre>\n<p>c</p>",
		"````\na```\n````":            "<pre><code>a```</code></pre>",
		"~~~\na```\n~~~":              "<pre><code>a```</code></pre>",
		"```SELECT *\nFROM t```":      "<pre><code>SELECT *\nFROM t</code></pre>",
		"```\"><img>\nx\n```":         "<pre><code>&#34;&gt;&lt;img&gt;\nx</code></pre>",
		"- a\n  ```\n  b\n  ```":      "<ul>\n<li>a\n<pre><code>b</code></pre>\n</li>\n</ul>",
		"```diff\n+a\n-b\n```":        `<pre><code class="language-diff"><span class="gi">+a` + "\n" + `</span><span class="gd">-b</span></code></pre>`,
		"```yaml\na: 1\n```":          `<pre><code class="language-yaml"><span class="nt">a</span>: <span class="m">1</span></code></pre>`,
	} {
		assert.Equal(t, want, render(r, content), "%q", content)
	}
}

func TestLongCodeIsNotHighlighted(t *testing.T) {
	r := renderer(t)
	line := "// nothing but words\n"
	assert.Contains(t, render(r, "```go\n"+strings.Repeat(line, 100)), `<span class="c">`)
	html := render(r, "```go\n"+strings.Repeat(line, 200))
	assert.Contains(t, html, "<pre><code")
	assert.NotContains(t, html, "<span")
}
