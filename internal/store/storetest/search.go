package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/search"
	"gochatting/internal/store"
)

// search is what a search finds, at most 50.
func (w *world) search(t *testing.T, who message.User, query string) []string {
	t.Helper()
	return contents(w.hits(t, who, query, 0, 0))
}

func (w *world) hits(t *testing.T, who message.User, query string, before int64, limit int) (page []message.Message) {
	t.Helper()
	require.NoError(t, w.Indexed(t.Context())) // a search waits too, but not for ever
	hits, _, err := w.Search(t.Context(), who.ID, query, before, limit)
	require.NoError(t, err, query)
	for _, hit := range hits {
		page = append(page, hit.Message)
	}
	return page
}

func (w *world) edit(t *testing.T, m message.Message, content string) {
	t.Helper()
	_, err := w.Edit(t.Context(), m.TextMessage.UserInfo.ID, m.Room, m.TextMessage.ID, store.Words{Content: content})
	require.NoError(t, err)
}

func (w *world) delete(t *testing.T, m message.Message) {
	t.Helper()
	_, _, err := w.Delete(t.Context(), m.TextMessage.UserInfo.ID, m.Room, m.TextMessage.ID)
	require.NoError(t, err)
}

func searching(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "Ben Lee")
	tea := w.makeRoom(t, ann, message.OpenRoom, "Tea Room")
	w.say(t, ann, "", "Has anyone seen the blue cup?")
	w.say(t, ben, "", "The Café has a red cup")
	w.pass(24 * time.Hour) // 2026-11-22
	w.sayIn(t, tea.ID, ann, "我们去gochatting聊天吧 https://example.org/cup")
	w.pass(24 * time.Hour)
	w.say(t, ann, "", "cup the blue, 天聊 ```x```")

	const blue, red, chinese, last = "Has anyone seen the blue cup?", "The Café has a red cup", "我们去gochatting聊天吧 https://example.org/cup", "cup the blue, 天聊 ```x```"
	for query, want := range map[string][]string{
		"cup":                          {last, chinese, red, blue},
		"CUP the":                      {last, red, blue},
		`"the blue"`:                   {last, blue},
		`"the blue cup"`:               {blue},
		`"blue the"`:                   {},
		"cafe":                         {red},
		"ｃａｆé":                         {red},
		"caf":                          {},
		"聊天":                           {chinese},
		"聊":                            {last, chinese},
		"gochatting聊天":                 {chinese},
		"我们去聊天":                        {},
		"cup -red":                     {last, chinese, blue},
		`cup -"blue cup"`:              {last, chinese, red},
		"from:me cup":                  {last, chinese, blue},
		`from:"ben lee"`:               {red},
		`from:@"Ben Lee" from:ann`:     {last, chinese, red, blue},
		"from:" + ben.ID:               {red},
		"cup -from:me":                 {red},
		`in:"tea room"`:                {chinese},
		"in:#lobby cup":                {last, red, blue},
		"in:" + tea.ID + " in:lobby":   {last, chinese, red, blue},
		"cup -in:lobby":                {chinese},
		"has:link":                     {chinese},
		"has:code":                     {last},
		"has:file":                     {},
		"-has:link cup":                {last, red, blue},
		"cup before:2026-11-22":        {red, blue},
		"on:2026-11-22":                {chinese},
		"after:2026-11-21 cup":         {last, chinese},
		"after:2026-11-22 before:2027": {last},
		"before:2026":                  {},
		"after:2027":                   {},
		"cup x y z":                    {},
		"NEAR(cup) OR *":               {},
	} {
		assert.Equal(t, want, w.search(t, ann, query), query)
	}
	_, marks, err := w.Search(t.Context(), ann.ID, `Café "Blue Cup" from:ann`, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"cafe", "blue cup"}, marks)
}

func searchRefused(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	w.makeRoom(t, w.guest(t, "ben"), message.PrivateRoom, "Secret")
	for query, says := range map[string]string{
		"":                        "Say what to look for",
		"has:nothing":             "has:",
		"before:soon":             "before:",
		"from:nobody":             "nobody",
		"cup -from:nobody":        "nobody",
		`from:"' OR 1=1 --"`:      "nobody",
		"in:nowhere":              "nowhere",
		"in:secret":               "secret",
		strings.Repeat("a", 10e3): "too long",
	} {
		hits, _, err := w.Search(t.Context(), ann.ID, query, 0, 0)
		assert.Empty(t, hits)
		var told *message.Error
		if assert.ErrorAs(t, err, &told, query) {
			assert.Equal(t, message.CodeInvalid, told.Code)
			assert.Contains(t, told.Text, says)
		}
	}
	for _, query := range []string{`"`, `""" x`, `a"b`, "*", "^a", "a:b", "{x}", "-- x", "x' OR '1'='1", "NOT", "AND AND", "(", "a\x00b", "\xff x", "_a", "%", "聊\"天"} {
		_, _, err := w.Search(t.Context(), ann.ID, query+" word", 0, 0)
		assert.NoError(t, err, query)
	}
}

// searchAccess: what one may read one can find, and nothing else.
func searchAccess(t *testing.T, w *world) {
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	secret := w.makeRoom(t, ann, message.PrivateRoom, "Secret", ben)
	open := w.makeRoom(t, ann, message.OpenRoom, "Old")
	direct := w.direct(t, ann, ben)
	w.sayIn(t, secret.ID, ann, "cup, secretly")
	w.sayIn(t, open.ID, ann, "cup, openly")
	w.sayIn(t, direct.ID, ben, "cup, between us")
	archived := true
	require.NoError(t, w.change(t, ann, open.ID, store.RoomChange{Archived: &archived}))

	assert.Equal(t, []string{"cup, between us", "cup, openly", "cup, secretly"}, w.search(t, ben, "cup"))
	assert.Equal(t, []string{"cup, between us"}, w.search(t, ben, "cup in:"+direct.ID))
	assert.Equal(t, []string{"cup, openly"}, w.search(t, cleo, "cup"))
	assert.Empty(t, w.search(t, cleo, "secretly from:ann"))
	assert.Empty(t, w.search(t, message.User{ID: "nobody"}, "cup"), "as Room has it")
	left, err := w.RemoveMember(t.Context(), ben.ID, secret.ID, ben.ID)
	require.NoError(t, err)
	require.True(t, left)
	assert.Empty(t, w.search(t, ben, "secretly"), "at once")
}

// searchState: what is found is as it now stands.
func searchState(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	first := w.say(t, ann, "r1", "the blue cup")
	second := w.say(t, ben, "r2", "the red cup")
	require.Equal(t, []string{"the red cup", "the blue cup"}, w.search(t, ann, "cup"))
	page := w.hits(t, ann, "cup", 0, 0)
	assert.Equal(t, []string{"", "r1"}, []string{page[0].Ref, page[1].Ref}, "one's own carry their Ref")

	w.edit(t, first, "the blue mug")
	assert.Equal(t, []string{"the red cup"}, w.search(t, ann, "cup"))
	assert.Equal(t, []string{"the blue mug"}, w.search(t, ann, "mug"))
	assert.Equal(t, []string{"the red cup", "the blue mug"}, w.search(t, ann, "the"), "in its place still")
	assert.Empty(t, w.search(t, ann, `"blue cup"`))
	_, err := w.React(t.Context(), ben.ID, first.Room, first.TextMessage.ID, "👍", true)
	require.NoError(t, err)
	assert.Equal(t, []message.Reaction{{Emoji: "👍", Users: []string{ben.ID}}}, w.hits(t, ann, "mug", 0, 0)[0].TextMessage.Reactions)

	w.delete(t, second)
	assert.Empty(t, w.search(t, ann, "red"))
	assert.Empty(t, w.search(t, ann, "from:ben"))
	w.edit(t, w.say(t, ben, "", "never indexed so"), "but so")
	w.delete(t, w.say(t, ben, "", "never indexed"))
	assert.Empty(t, w.search(t, ann, "never"))
	w.reopen(t)
	assert.Equal(t, []string{"but so", "the blue mug"}, w.search(t, ann, "-x on:2026"))
	for _, m := range w.hits(t, ann, "on:2026", 0, 0) {
		w.delete(t, m)
	}
	assert.Empty(t, w.search(t, ann, "on:2026"))
}

func searchPages(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	for i := range 60 {
		w.say(t, ann, "", fmt.Sprintf("cup %d", i))
		w.say(t, ann, "", "tea")
	}
	var all []string
	before := int64(0)
	for {
		hits, _, err := w.Search(t.Context(), ann.ID, "cup", before, 7)
		require.NoError(t, err)
		if len(hits) == 0 {
			break
		}
		require.LessOrEqual(t, len(hits), 7)
		for _, hit := range hits {
			require.True(t, before == 0 || hit.Seq < before)
			before = hit.Seq
			all = append(all, hit.Message.TextMessage.Content)
		}
	}
	require.Len(t, all, 60)
	assert.Equal(t, []string{"cup 59", "cup 0"}, []string{all[0], all[59]})
	assert.Len(t, w.search(t, ann, "cup"), 50)
	assert.Len(t, w.hits(t, ann, "on:2026", 0, 1000), 120)
	assert.Len(t, w.hits(t, ann, "cup", 0, -1), 1)
	assert.Empty(t, w.hits(t, ann, "cup", 1, 0))
}

// searchLong: words may be longer than any index wants them.
func searchLong(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	long := strings.Repeat("ab", 2000)
	w.say(t, ann, "", long+"c")
	w.say(t, ann, "", long+"d")
	w.say(t, ann, "", strings.Repeat("\ufdfa", 2700)) // each is four words in one
	var many strings.Builder
	for r := '\u4e00'; many.Len() < 8000; r++ {
		many.WriteRune(r)
	}
	w.say(t, ann, "", many.String())
	assert.Equal(t, []string{many.String()}, w.search(t, ann, "一丁"))
	w.say(t, ann, "", "a short one, "+strings.Repeat("é", 300)+"c")
	assert.Len(t, w.search(t, ann, strings.Repeat("e", 300)+"c"), 1)
	assert.Empty(t, w.search(t, ann, strings.Repeat("e", 300)+"d"))
	assert.Empty(t, w.search(t, ann, strings.Repeat("e", 300)))
	assert.Len(t, w.search(t, ann, "short"), 1)
}

// searchHidden: what one searches for is said very often where one cannot read it.
func searchHidden(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	secret := w.makeRoom(t, ann, message.PrivateRoom, "Secret")
	for i := range 8 {
		w.sayIn(t, w.makeRoom(t, ben, message.PrivateRoom, fmt.Sprint("Room ", i)).ID, ben, fmt.Sprint("cup ", i))
	}
	sideBySide(2500, func(i int) {
		_, _, err := w.Post(context.Background(), store.Draft{Room: secret.ID, Author: ann, Content: "secret cup"})
		assert.NoError(t, err)
	})
	assert.Equal(t, []string{"cup 7", "cup 6", "cup 5", "cup 4", "cup 3", "cup 2", "cup 1", "cup 0"}, w.search(t, ben, "cup"))
	assert.Equal(t, []string{"cup 3"}, w.search(t, ben, `cup in:"room 3"`))
	assert.Len(t, w.hits(t, ann, "secret -x", 0, 200), 200)
}

// searchAgain searches until what was said is in the index, as who is told to try again would.
func (w *world) searchAgain(viewer, query string) (hits []store.Hit, err error) {
	for {
		hits, _, err = w.Search(context.Background(), viewer, query, 0, 0)
		var told *message.Error
		if !errors.As(err, &told) || told.Code != message.CodeSlowDown {
			return hits, err
		}
	}
}

// searchAlways has people say, change and delete things and search at the same time. Whoever searches sees
// what they have done, and in the end a search finds exactly what going through everything does.
func searchAlways(t *testing.T, w *world) {
	words := strings.Fields("cup tea blue red the a 聊天 天聊 聊 哈哈 哈哈哈 café CAFE")
	something := func(r *rand.Rand) string {
		var said []string
		for range 1 + r.IntN(5) {
			said = append(said, words[r.IntN(len(words))])
		}
		return strings.Join(said, " ")
	}
	var all sync.WaitGroup
	for i := range 4 {
		who := w.guest(t, fmt.Sprint("guest", i))
		room := w.makeRoom(t, who, message.OpenRoom, fmt.Sprint("Room ", i))
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			var said []message.Message
			for n := range 40 {
				m, _, err := w.Post(context.Background(), store.Draft{Room: room.ID, Author: who, Content: fmt.Sprintf("mine%dx%d %s", i, n, something(r))})
				if !assert.NoError(t, err) {
					return
				}
				said = append(said, m)
				of := said[r.IntN(len(said))].TextMessage.ID
				switch r.IntN(4) {
				case 0:
					_, err = w.Edit(context.Background(), who.ID, room.ID, of, store.Words{Content: fmt.Sprintf("changed%dx%d %s", i, n, something(r))})
				case 1:
					_, _, err = w.Delete(context.Background(), who.ID, room.ID, of)
				case 2:
					var hits []store.Hit
					hits, err = w.searchAgain(who.ID, fmt.Sprintf("mine%dx%d", i, n))
					assert.Len(t, hits, 1, "what was just said")
				}
				if err != nil {
					assert.ErrorIs(t, err, store.ErrNotFound, "edited after it was deleted")
				}
			}
		})
	}
	all.Wait()
	ann := w.guest(t, "ann")
	compare := func() {
		for _, query := range append(words, `"cup tea"`, `"the the"`, "cup -tea", "the from:guest3", `tea in:"room 2"`, "哈哈 -聊", "cafe cup red") {
			want := map[string]bool{}
			for i := range 4 {
				room, err := w.RoomByName(t.Context(), ann.ID, fmt.Sprint("Room ", i))
				require.NoError(t, err)
				log, err := w.Log(t.Context(), room.ID, 0, 1000)
				require.NoError(t, err)
				for _, m := range log {
					if w.matches(t, query, m) {
						want[m.TextMessage.Content] = true
					}
				}
			}
			got := map[string]bool{}
			for _, m := range w.hits(t, ann, query, 0, 200) {
				got[m.TextMessage.Content] = true
			}
			require.Equal(t, want, got, query)
		}
	}
	compare()
	w.reopen(t)
	compare()
}

// matches is whether a message is what is looked for, by the message alone.
func (w *world) matches(t *testing.T, query string, m message.Message) bool {
	q, err := search.Parse(query, time.UTC)
	require.NoError(t, err)
	for i, name := range q.From {
		q.From[i] = w.guest(t, name).ID
	}
	for i, name := range q.In {
		q.In[i] = w.byName(t, m.TextMessage.UserInfo, name)
	}
	if len(q.In) == 0 {
		q.In = []string{m.Room}
	}
	return q.Match(search.Of(m))
}
