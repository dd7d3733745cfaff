package markup

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/message"
)

func span(ids, text string) string {
	return `<span class="mention" data-user="` + ids + `">` + text + `</span>`
}

func TestNames(t *testing.T) {
	for content, want := range map[string][]string{
		"nobody":           nil,
		"@":                nil,
		"@ ann":            nil,
		"@Ann":             {"ann"},
		"@ann, @ANN":       {"ann", "ann,", "ann, @", "ann, @ann"},
		"hi @Ann Lee!":     {"ann", "ann lee", "ann lee!"},
		"@Ann\nLee":        {"ann"},
		"@张三你好":            {"张", "张三", "张三你", "张三你好"},
		"你好@张三":            {"张", "张三"},
		"@Ann你好":           {"ann", "ann你", "ann你好"},
		"@snake_case":      {"snake_case"},
		"ann@example.com":  nil,
		"https://x.y/@ann": nil,
		`\@ann`:            nil,
		"(@ann)":           {"ann", "ann)"},
		"@here":            nil,
		"@Zoe\u0308":       {"zoë"},
		"@ＡＮＮ":             {"ann"},
		"@👩\u200d💻":        {"👩\u200d💻"},
	} {
		assert.Equal(t, want, Names(content), "%q", content)
	}
}

func TestNamesAreBounded(t *testing.T) {
	assert.Len(t, Names("@"+strings.Repeat("张", 100)), 64)
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, "@a%d\n", i)
	}
	assert.Len(t, Names(many.String()), 20)
	assert.LessOrEqual(t, len(Names(strings.Repeat("@张", 4000))), 20*64)
}

func TestMentions(t *testing.T) {
	r := renderer(t)
	snake := message.User{ID: "u4", Name: "snake_case_"}
	star := message.User{ID: "u5", Name: "A*"}
	face := message.User{ID: "u6", Name: "<b>"}
	people := []message.User{ann, lee, zhang, snake, star, face}
	for content, want := range map[string]struct {
		html     string
		mentions []string
	}{
		"hi @Ann":               {"<p>hi " + span("u1", "@Ann") + "</p>", []string{"u1"}},
		"hi @ANN!":              {"<p>hi " + span("u1", "@ANN") + "!</p>", []string{"u1"}},
		"@ann lee's":            {"<p>" + span("u2", "@ann lee") + "&#39;s</p>", []string{"u2"}},
		"@Ann  Lee, @Ann":       {"<p>" + span("u2", "@Ann  Lee") + ", " + span("u1", "@Ann") + "</p>", []string{"u2", "u1"}},
		"@Ann\nLee":             {"<p>" + span("u1", "@Ann") + "<br>\nLee</p>", []string{"u1"}},
		"@张三你好":                 {"<p>" + span("u3", "@张三") + "你好</p>", []string{"u3"}},
		"你好@张三@Ann":             {"<p>你好" + span("u3", "@张三") + span("u1", "@Ann") + "</p>", []string{"u3", "u1"}},
		"@snake_case_ x_y":      {"<p>" + span("u4", "@snake_case_") + " x_y</p>", []string{"u4"}},
		"@A* and *b*":           {"<p>" + span("u5", "@A*") + " and <em>b</em></p>", []string{"u5"}},
		"@<b>":                  {"<p>" + span("u6", "@&lt;b&gt;") + "</p>", []string{"u6"}},
		"**@Ann**":              {"<p><strong>" + span("u1", "@Ann") + "</strong></p>", []string{"u1"}},
		"- @Ann":                {"<ul>\n<li>" + span("u1", "@Ann") + "</li>\n</ul>", []string{"u1"}},
		"> @Ann":                {"<blockquote>\n<p>" + span("u1", "@Ann") + "</p>\n</blockquote>", []string{"u1"}},
		"@here @HERE":           {"<p>" + span("here", "@here") + " " + span("here", "@HERE") + "</p>", []string{"here"}},
		"@hereby @Anna @Ann_":   {"", nil},
		"x@Ann ann@Ann.com":     {"", nil},
		"https://x.y/@Ann":      {"", nil},
		"https://x.y/?a=@Ann":   {"", nil},
		`\@Ann`:                 {"", nil},
		"`@Ann`":                {"<p><code>@Ann</code></p>", nil},
		"```\n@Ann @here\n```":  {"<pre><code>@Ann @here</code></pre>", nil},
		"[x](https://y.z/@Ann)": {"<p>" + link("https://y.z/@Ann", "x") + "</p>", nil},
		"[@Ann](https://y.z)":   {"<p>" + link("https://y.z", span("u1", "@Ann")) + "</p>", []string{"u1"}},
		"[@Ann](y)":             {"<p>[" + span("u1", "@Ann") + "](y)</p>", []string{"u1"}},
		"<@Ann>":                {"<p>&lt;" + span("u1", "@Ann") + "&gt;</p>", []string{"u1"}},
	} {
		html, mentions := r.Render(t.Context(), content, people, nil)
		assert.Equal(t, want.html, html, "%q", content)
		assert.Equal(t, want.mentions, mentions, "%q", content)
	}
}

func TestPeopleOfOneName(t *testing.T) {
	r := renderer(t)
	people := []message.User{{ID: "a", Name: "Kim"}, {ID: "b", Name: "kim"}, {ID: "c", Name: "Kim"}, ann}
	for _, tc := range []struct {
		what, content string
		prefer        []string
		ids           []string // of each mention
		mentions      []string
	}{
		{"nobody chosen: all", "@Kim", nil, []string{"a b c"}, []string{"a", "b", "c"}},
		{"one chosen", "@Kim", []string{"b"}, []string{"b"}, []string{"b"}},
		{"others are no choice", "@Kim", []string{"u1", "x"}, []string{"a b c"}, []string{"a", "b", "c"}},
		{"in their order", "@Kim @Kim", []string{"c", "a"}, []string{"c", "a"}, []string{"c", "a"}},
		{"with somebody between", "@Kim @Ann @Kim", []string{"c", "u1", "a"}, []string{"c", "u1", "a"}, []string{"c", "u1", "a"}},
		{"the last one stays", "@Kim @Kim @Kim", []string{"c", "a"}, []string{"c", "a", "a"}, []string{"c", "a"}},
	} {
		html, mentions := r.Render(t.Context(), tc.content, people, tc.prefer)
		var want []string
		for i, name := range strings.Fields(tc.content) {
			want = append(want, span(tc.ids[i], name))
		}
		assert.Equal(t, "<p>"+strings.Join(want, " ")+"</p>", html, tc.what)
		assert.Equal(t, tc.mentions, mentions, tc.what)
	}
}

func TestAPersonGivenTwiceIsMentionedOnce(t *testing.T) {
	html, mentions := renderer(t).Render(t.Context(), "@Ann", []message.User{ann, ann}, nil)
	assert.Equal(t, "<p>"+span("u1", "@Ann")+"</p>", html)
	assert.Equal(t, []string{"u1"}, mentions)
}
