package markup

import (
	"strings"
	"testing"

	"gochatting/internal/message"
)

func BenchmarkRender(b *testing.B) {
	r := New(Options{})
	b.Cleanup(r.Close)
	people := []message.User{{ID: "u1", Name: "Ann Lee"}, {ID: "u2", Name: "张三"}}
	for _, bench := range []struct{ name, content string }{
		{"plain", "Shall we meet at 10:30? I have the numbers (see https://example.com/a_b), it's 5 * 3 - 2."},
		{"Chinese", "好的，明天下午三点在会议室见，记得带上报表。"},
		{"long", strings.Repeat("All work and no play makes Jack a dull boy. ", 180)},
		{"emphasis", "That is *really* what **I** meant, see `a_b`."},
		{"mention", "@Ann Lee please look, and @张三你也看看"},
		{"code", "```go\nfunc main() {\n\tfmt.Println(\"hello\", 42) // hi\n}\n```"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Render(b.Context(), bench.content, people, nil)
			}
		})
	}
}
