package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Eight people say, edit, delete, pin and upload in the lobby, react to each other and move their read
// marks; two look on. The server is killed in the middle of it, again and again: every change that was
// acknowledged or shown is there afterwards, one without an answer is there whole or not at all, and of
// what is gone no word is left on the disk.
func TestHostile24KillWhileChanging(t *testing.T) {
	const rounds = 6
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	server := start(t, data, "--limits", "off")
	l := &laboratory{t: t, data: data}
	for i := range 8 {
		p := chattest.Join(t, server.Base, fmt.Sprintf("editor%d@example.com", i))
		l.editors = append(l.editors, &editor{
			Person: p, dice: rand.New(rand.NewPCG(seed, uint64(i)+1)), latest: &l.latest,
			known: facts{{0, p.Me.ID}: "0"}, files: make(map[int64]string),
		})
	}
	for i := range 2 {
		p := chattest.Join(t, server.Base, fmt.Sprintf("onlooker%d@example.com", i))
		l.onlookers = append(l.onlookers, &onlooker{Person: p, shown: make(map[int64]message.TextMessage)})
	}
	for range rounds {
		l.work(server.Base, 1+dice.Int64N(200))
		server.kill()
		l.busy.Wait()
		server = start(t, data, "--limits", "off")
		l.reckon(server.Base)
	}
	doubts := 0
	for _, e := range l.editors {
		doubts += e.doubts
	}
	assert.NotZero(t, doubts, "kills must leave something unanswered")
	t.Logf("%d changes, and %d without an answer, to %d messages", l.changes.Load(), doubts, l.latest.Load())
}

// A laboratory is a data folder, and those who change what is in it.
type laboratory struct {
	t         *testing.T
	data      string
	editors   []*editor
	onlookers []*onlooker
	busy      sync.WaitGroup
	changes   atomic.Int64 // that were acknowledged
	latest    atomic.Int64 // ID of a late message
}

// work returns when so much was acknowledged. All go on until the server ends; busy waits for them.
func (l *laboratory) work(base string, much int64) {
	enough, last := make(chan struct{}), l.changes.Load()+much
	for _, o := range l.onlookers {
		s := o.resume(base)
		l.busy.Go(func() { o.listen(s) })
	}
	for _, e := range l.editors {
		e.Base = base
		l.busy.Go(func() {
			defer e.HTTP.CloseIdleConnections()
			for e.act() {
				if l.changes.Add(1) == last {
					close(enough)
				}
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(chattest.Patience):
		require.FailNow(l.t, "nobody gets anything done", "%d of %d", l.changes.Load(), last)
	}
}

// reckon compares what the server has with what everyone was told.
func (l *laboratory) reckon(base string) {
	said, told, pinned := 0, 0, 0
	for _, e := range l.editors {
		e.Base = base
		if e.unsaid != nil {
			require.True(l.t, e.post(), "said again")
		}
	}
	history := l.editors[0].History(message.Lobby)
	truth, words, revs := make(facts), make(map[string]bool), make(map[int64]bool)
	for _, m := range history {
		require.False(l.t, revs[m.TextMessage.Rev], "two messages of rev %d", m.TextMessage.Rev)
		revs[m.TextMessage.Rev] = true
		l.examine(m.TextMessage)
		truth.learn(m.TextMessage)
		if m.TextMessage.Pinned != nil {
			pinned++
		}
		for _, word := range wordPattern.FindAllString(fmt.Sprint(m.TextMessage), -1) {
			words[word] = true
		}
	}
	for _, e := range l.editors {
		e.count(history, truth)
		told += e.compare(truth)
		said += len(e.mine)
	}
	require.Len(l.t, history, said, "what was said is there, once, and nothing else")
	require.Len(l.t, truth, told, "what happened to it was done by somebody")
	for _, o := range l.onlookers {
		o.compare(base, history)
	}
	var pins struct{ Messages []message.Message }
	require.Equal(l.t, http.StatusOK, l.editors[0].Get("/api/v1/rooms/lobby/pins", &pins))
	assert.Len(l.t, pins.Messages, pinned)
	l.search(words)
	assert.Eventually(l.t, func() bool { return len(l.leftovers(words)) == 0 }, chattest.Patience, 10*time.Millisecond)
	require.Empty(l.t, l.leftovers(words), "what is gone is on the disk")
}

// examine sees that a message is whole, with its files, or nothing but a trace.
func (l *laboratory) examine(m *message.TextMessage) {
	if m.Deleted != nil {
		trace := message.TextMessage{ID: m.ID, Rev: m.Rev, UserInfo: m.UserInfo, Time: m.Time, At: m.At, Deleted: m.Deleted}
		require.Equal(l.t, trace, *m)
		return
	}
	require.Equal(l.t, strings.Contains(m.Content, "@here"), slices.Contains(m.Mentions, message.MentionHere), "mentions of %q", m.Content)
	for _, f := range m.Files {
		_, content := l.editors[0].ask(http.MethodGet, f.URL, "")
		require.Equal(l.t, fileContent(f.Name), content)
	}
}

// search finds what is there and nothing that is gone; of the latest that everyone wrote.
func (l *laboratory) search(words map[string]bool) {
	for _, e := range l.editors {
		for _, word := range e.written[max(0, len(e.written)-10):] {
			var found struct{ Hits []json.RawMessage }
			require.Equal(l.t, http.StatusOK, e.Get("/api/v1/search?q="+word, &found))
			require.Equal(l.t, words[word], len(found.Hits) == 1, "%s is found %d times", word, len(found.Hits))
		}
	}
}

var wordPattern = regexp.MustCompile(`w[0-9a-f]{16}w`)

// leftovers are the words of the editors that stand in the data folder though nobody says them any more.
func (l *laboratory) leftovers(words map[string]bool) (left []string) {
	gone := make(map[string]bool)
	for _, e := range l.editors {
		for _, word := range slices.Concat(e.written, e.uploaded) {
			gone[word] = !words[word]
		}
	}
	_ = filepath.WalkDir(l.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // swept meanwhile
		}
		content, _ := os.ReadFile(path)
		for _, word := range wordPattern.FindAll(content, -1) {
			if gone[string(word)] {
				left = append(left, filepath.Base(path)+": "+string(word))
			}
		}
		return nil
	})
	slices.Sort(left)
	return slices.Compact(left)
}
