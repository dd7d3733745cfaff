// Package markup turns what people type, a Markdown for conversations, into safe HTML, and finds
// whom they mention.
package markup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"gochatting/internal/message"
)

// Options bound what rendering may cost. What is zero has its default.
type Options struct {
	Workers int           // how many render at once; one for each processor
	Limit   time.Duration // how long anybody waits for a rendering, of which code may have a fifth; 500 ms
	Content int           // bytes of content; what is longer is plain text; 8 KB
	Log     *slog.Logger  // gets no contents; nil: no log
}

// A Renderer renders. Its methods may be called from any goroutine.
type Renderer struct {
	options Options
	parser  parser.Parser
	policy  *bluemonday.Policy
	lexers  highlighters
	jobs    chan job
	closing chan struct{}
	workers sync.WaitGroup
}

// A job is one content to be rendered; the answer is put into done, which has room for it.
type job struct {
	content string
	people  []message.User
	prefer  []string
	done    chan<- answer
}

type answer struct {
	html     string
	mentions []string
	plain    bool // could not be rendered
}

// New makes a Renderer, which must be closed.
func New(o Options) *Renderer {
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Limit == 0 {
		o.Limit = 500 * time.Millisecond
	}
	if o.Content == 0 {
		o.Content = 8 << 10
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Renderer{
		options: o, parser: newParser(), policy: newPolicy(), lexers: newHighlighters(),
		jobs: make(chan job), closing: make(chan struct{}),
	}
	for range o.Workers {
		r.workers.Go(r.work)
	}
	return r
}

// Close waits until nothing is rendered any more. What is asked for afterwards is plain text.
func (r *Renderer) Close() {
	close(r.closing)
	r.workers.Wait()
}

// Render makes HTML of content. It is "" when content has no markup and mentions nobody, and is
// best shown as it was typed; also when it was too long or took too long to render, or made too
// much HTML. Mentions are the IDs of those of people whose names stand in its text after an @
// (not in its code), in that order, and message.MentionHere for @here. Of several people of one name that
// one is meant whose ID is next in prefer, or all of them if none is in it.
func (r *Renderer) Render(ctx context.Context, content string, people []message.User, prefer []string) (html string, mentions []string) {
	content = tidy(content)
	var inPlain []string
	if strings.Contains(content, "@") {
		inPlain = newMeant(people, prefer).inPlain(content)
	}
	if len(inPlain) == 0 && !mayMark(content) || len(content) > r.options.Content {
		return "", inPlain
	}
	ctx, cancel := context.WithTimeout(ctx, r.options.Limit)
	defer cancel()
	done := make(chan answer, 1)
	select {
	case r.jobs <- job{content, people, prefer, done}:
	case <-ctx.Done():
		return "", inPlain
	case <-r.closing:
		return "", inPlain
	}
	select {
	case a := <-done:
		if a.plain {
			return "", inPlain
		}
		return a.html, a.mentions
	case <-ctx.Done():
		return "", inPlain
	}
}

func (r *Renderer) work() {
	for {
		select {
		case j := <-r.jobs:
			j.done <- r.answer(j)
		case <-r.closing:
			return
		}
	}
}

func (r *Renderer) answer(j job) (a answer) {
	defer func() {
		if fault := recover(); fault != nil { // its text may have contents in it
			r.options.Log.Error("rendering failed", "fault", fmt.Sprintf("%T", fault), "stack", string(debug.Stack()))
			a = answer{plain: true}
		}
	}()
	w, m, err := r.write(j.content, j)
	if err == nil && !w.marked && w.escaped {
		// Backslashes that kept nothing from being markup belong to the text.
		without, _, fault := r.write(strings.ReplaceAll(j.content, `\`, `\\`), j)
		w.marked, err = without.marked, fault
	}
	switch {
	case errors.Is(err, errLong), errors.Is(err, errDeep):
		return answer{plain: true}
	case err != nil:
		r.options.Log.Error("rendering failed", "err", err)
		return answer{plain: true}
	case !w.marked || !w.seen:
		return answer{mentions: m.found}
	}
	return answer{html: r.policy.Sanitize(strings.TrimSuffix(w.String(), "\n")), mentions: m.found}
}

// write parses content and writes what it is.
func (r *Renderer) write(content string, j job) (*writer, *meant, error) {
	source := []byte(content)
	pc := parser.NewContext()
	m := newMeant(j.people, j.prefer)
	pc.Set(meantKey, m)
	document := r.parser.Parse(text.NewReader(source), parser.WithContext(pc))
	most := 4*len(source) + 4<<10
	w := &writer{source: source, most: most, code: &highlighter{
		lexers: r.lexers, room: most - 2*len(source), limit: r.options.Limit / 5,
	}}
	return w, m, w.node(document)
}

// tidy is content without what HTML would read as something else.
func tidy(content string) string {
	if strings.Contains(content, "\r") || strings.Contains(content, "\x00") {
		content = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\ufffd").Replace(content)
	}
	return strings.ToValidUTF8(content, "\ufffd")
}
