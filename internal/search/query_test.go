package search

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

var madrid = time.FixedZone("Madrid", 3600)

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, madrid)
}

// shown is what a query was read as.
type shown struct {
	said, unsaid, has, hasNot, from, notFrom, in, notIn string
	since, until                                        time.Time
}

func show(q Query) shown {
	phrases := func(all []Text) string {
		var list []string
		for _, t := range all {
			list = append(list, words(t))
		}
		return strings.Join(list, " ")
	}
	names := func(all []string) string { return strings.Join(all, ",") }
	return shown{phrases(q.said), phrases(q.unsaid), names(q.has), names(q.hasNot), names(q.From), names(q.NotFrom),
		names(q.In), names(q.NotIn), q.Since, q.Until}
}

func TestParse(t *testing.T) {
	for typed, want := range map[string]shown{
		`blue cup`:                              {said: "blue cup"},
		`  Blue	"the　Machine" `:                 {said: "blue the|machine"},
		`“the machine” ＂x y＂ „z w“`:             {said: "the|machine x|y z|w"},
		`聊天 gochatting聊天`:                       {said: "聊|天 gochatting|聊|天"},
		`cup"blue cup"tea`:                      {said: "cup blue|cup tea"},
		`cup -tea -"blue cup"`:                  {said: "cup", unsaid: "tea blue|cup"},
		`--force - a-b`:                         {said: "force a|b"},
		`"never closed`:                         {said: "never|closed"},
		`cup "`:                                 {said: "cup"},
		`cup """" ""`:                           {said: "cup"},
		`from:ann`:                              {from: "ann"},
		`FROM:@ann from:"Ben Lee" -from:me x`:   {said: "x", from: "ann,Ben Lee", notFrom: "me"},
		`in:lobby in:#"The Attic" -in:#bots`:    {in: "lobby,The Attic", notIn: "bots"},
		`from：张伟 has：file`:                      {from: "张伟", has: "file"},
		`has:link has:FILES -has:picture`:       {has: "link,file", hasNot: "image"},
		`has:image has:code cup`:                {said: "cup", has: "image,code"},
		`cup from: in:"" has:`:                  {said: "cup"},
		`from: ann`:                             {said: "ann"},
		`before:2026-03-01 cup`:                 {said: "cup", until: day(2026, 3, 1)},
		`after:2026-03-01`:                      {since: day(2026, 3, 2)},
		`after:2026-02`:                         {since: day(2026, 3, 1)},
		`on:2026-12-31`:                         {since: day(2026, 12, 31), until: day(2027, 1, 1)},
		`on:2026-02`:                            {since: day(2026, 2, 1), until: day(2026, 3, 1)},
		`on:2026`:                               {since: day(2026, 1, 1), until: day(2027, 1, 1)},
		`before:２０２６－０３`:                        {until: day(2026, 3, 1)},
		`after:2026 on:2027-05 before:2027-06`:  {since: day(2027, 5, 1), until: day(2027, 6, 1)},
		`before:2026-05 before:2026-04`:         {until: day(2026, 4, 1)},
		`NEAR(a b) OR c* AND ^d NOT e`:          {said: "near|a b or c and d not e"},
		`body:x {a b}:c +d`:                     {said: "body|x a b|c d"},
		`12:30 http://example.org onset: fromm`: {said: "12|30 http|example|org onset fromm"},
		"cup\x00\xff;DROP TABLE messages":       {said: "cup drop table messages"},
		`'); SELECT '`:                          {said: "select"},
		`👍 🎉`:                                   {said: "👍 🎉"},
	} {
		q, err := Parse(typed, madrid)
		if assert.NoError(t, err, typed) {
			assert.Equal(t, want, show(q), typed)
		}
	}
}

func TestWordsToMark(t *testing.T) {
	q, err := Parse(`Café, "the Blue Cup!" (don't) -tea from:ann 聊天。 ¿? has:link`, madrid)
	require.NoError(t, err)
	assert.Equal(t, []string{"cafe", "the blue cup", "don't", "聊天"}, q.Words)
}

func TestParseRefuses(t *testing.T) {
	for typed, says := range map[string]string{
		``:                                      "Say what to look for",
		` "" - ¿? …`:                            "Say what to look for",
		`from: has:`:                            "Say what to look for",
		`-cup`:                                  "Say what to look for",
		`-from:ann`:                             "Say what to look for",
		`has:everything`:                        "“everything”",
		`cup has:"a link"`:                      "“a link”",
		`before:yesterday`:                      "“yesterday”",
		`after:2026-02-30`:                      "“2026-02-30”",
		`on:1/2/2026`:                           "“1/2/2026”",
		`before:2026-3-1`:                       "“2026-3-1”",
		`-before:2026-03-01 cup`:                "-before:",
		strings.Repeat("x ", 5_000):             "too long",
		`has:` + strings.Repeat("很", 300):       strings.Repeat("很", 40) + "…”",
		`before:` + strings.Repeat("\x01", 900): "day like",
	} {
		_, err := Parse(typed, madrid)
		var refused *message.Error
		if assert.ErrorAs(t, err, &refused, typed) {
			assert.Equal(t, message.CodeInvalid, refused.Code)
			assert.Contains(t, refused.Text, says)
			assert.Less(t, len(refused.Text), 300)
		}
	}
}

func said(content string) message.Message {
	return message.Message{Room: "lobby", TextMessage: &message.TextMessage{
		Content: content, UserInfo: message.User{ID: "ann"}, At: day(2026, 3, 1).Add(time.Hour),
	}}
}

func TestMatch(t *testing.T) {
	plain := said("Has anyone seen the blue cup?")
	linked := said("See https://example.org/cup")
	marked := said("the `cup` [here](x)")
	marked.TextMessage.HTML = `<p>the <code>cup</code> <a href="x">here</a></p>`
	pictured := said("")
	pictured.TextMessage.Files = []message.File{{Name: "cup.png", Type: "image/png", Alt: "A blue cup"}}
	papers := said("cup")
	papers.TextMessage.Files = []message.File{{Name: "Rechnung März.pdf", Type: "application/pdf"}}
	deleted := said("cup")
	deleted.TextMessage.Deleted = &time.Time{}
	all := map[string]message.Message{
		"plain": plain, "linked": linked, "marked": marked, "pictured": pictured, "papers": papers, "deleted": deleted,
	}
	for typed, want := range map[string][]string{
		"cup":                          {"plain", "linked", "marked", "pictured", "papers"},
		"blue cup":                     {"plain", "pictured"},
		`"cup blue"`:                   nil,
		`"png a"`:                      nil, // of two texts
		"rechnung marz":                {"papers"},
		"cup -blue":                    {"linked", "marked", "papers"},
		`cup -"the cup"`:               {"plain", "linked", "pictured", "papers"},
		"has:link":                     {"linked", "marked"},
		"has:code":                     {"marked"},
		"has:file":                     {"pictured", "papers"},
		"has:image":                    {"pictured"},
		"cup has:file -has:image":      {"papers"},
		"cup from:ann":                 {"plain", "linked", "marked", "pictured", "papers"},
		"cup from:ben":                 nil,
		"cup from:ben from:ann seen":   {"plain"},
		"cup -from:ann":                nil,
		"cup -in:lobby":                nil,
		"seen on:2026-03-01":           {"plain"},
		"seen before:2026-03-02":       {"plain"},
		"seen before:2026-03-01":       nil,
		"seen after:2026-03-01":        nil,
		"seen after:2026-02-28":        {"plain"},
		"after:2026-02-28 has:picture": {"pictured"},
	} {
		q, err := Parse(typed, madrid)
		require.NoError(t, err, typed)
		q.In = []string{"attic", "lobby"}
		wanted := q.Wanted()
		for name, m := range all {
			found := false
			for _, one := range want {
				found = found || one == name
			}
			d := Of(m)
			require.Equal(t, found, q.Match(d), "%s: %s", typed, name)
			if found {
				subset(t, wanted.All, d.Tokens())
				for _, token := range wanted.None {
					require.NotContains(t, d.Tokens(), token)
				}
			}
		}
		q.In = []string{"attic"}
		require.False(t, q.Match(Of(plain)), "in another room")
	}
	assert.Empty(t, Of(deleted).Tokens())
}

func FuzzParse(f *testing.F) {
	for _, typed := range []string{
		`blue "the cup" from:ann -in:"The Attic" before:2026-03 on:2026 has:link`, `-"`, `from:"`, `"“`, `- -- :`, `from：@#"x`, "a\xff\"", `has:`, `-has:file`,
	} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		q, err := Parse(typed, madrid)
		if err != nil {
			var refused *message.Error
			require.ErrorAs(t, err, &refused)
			return
		}
		q.In = []string{"lobby"}
		w := q.Wanted()
		require.NotEmpty(t, w.All)
		for _, token := range append(w.All, w.None...) {
			require.NotContains(t, token, `"`)
		}
		q.Match(Of(said(typed)))
	})
}
