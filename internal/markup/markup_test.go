package markup

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/message"
)

// The lexers' clock stops by itself a second after the last of them was used.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// renderer is one that has time.
func renderer(t testing.TB) *Renderer {
	r := New(Options{Limit: time.Minute})
	t.Cleanup(r.Close)
	return r
}

func render(r *Renderer, content string) string {
	html, _ := r.Render(context.Background(), content, nil, nil)
	return html
}

// link is how a link comes out.
func link(address, text string) string {
	return `<a href="` + address + `" rel="noopener noreferrer nofollow" target="_blank">` + text + `</a>`
}

var (
	ann   = message.User{ID: "u1", Name: "Ann"}
	lee   = message.User{ID: "u2", Name: "Ann Lee"}
	zhang = message.User{ID: "u3", Name: "张三"}
)

func TestManyRenderAtOnce(t *testing.T) {
	r := renderer(t)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			for j := range 20 {
				html, mentions := r.Render(t.Context(), fmt.Sprintf("**%d** @ann %d", i, j), []message.User{ann}, nil)
				assert.Equal(t, fmt.Sprintf(`<p><strong>%d</strong> <span class="mention" data-user="u1">@ann</span> %d</p>`, i, j), html)
				assert.Equal(t, []string{"u1"}, mentions)
			}
		})
	}
	all.Wait()
}

func TestWhatTakesTooLongIsPlainTextWithMentions(t *testing.T) {
	r := New(Options{Limit: 1}) // a nanosecond is never enough
	t.Cleanup(r.Close)
	html, mentions := r.Render(t.Context(), "**hi** @Ann", []message.User{ann}, nil)
	assert.Empty(t, html)
	assert.Equal(t, []string{"u1"}, mentions)
}

func TestWhoGivesUpWaitsNoLonger(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := renderer(t)
	for range 20 { // it may be rendered before anybody looks
		if html, _ := r.Render(ctx, "**hi**", nil, nil); html == "" {
			return
		}
	}
	t.Fatal("rendered for somebody who had gone, twenty times")
}

func TestNobodyWaitsForWorkersThatAreAllAtWork(t *testing.T) {
	r := &Renderer{
		options: Options{Limit: time.Millisecond, Content: 1 << 10}, parser: newParser(), policy: newPolicy(),
		jobs: make(chan job), closing: make(chan struct{}), // and nobody takes from them
	}
	html, mentions := r.Render(t.Context(), "**hi** @here", nil, nil)
	assert.Empty(t, html)
	assert.Equal(t, []string{message.MentionHere}, mentions)
}

func TestAClosedRendererGivesPlainText(t *testing.T) {
	r := New(Options{Limit: time.Minute})
	r.Close()
	html, mentions := r.Render(t.Context(), "**hi** @Ann", []message.User{ann}, nil)
	assert.Empty(t, html)
	assert.Equal(t, []string{"u1"}, mentions)
}

func TestAPanicIsPlainTextAndTheLogHasNoContents(t *testing.T) {
	var log bytes.Buffer
	r := New(Options{Limit: time.Minute, Log: slog.New(slog.NewTextHandler(&log, nil))})
	t.Cleanup(r.Close)
	policy := r.policy
	r.policy = nil
	html, mentions := r.Render(t.Context(), "**secret** @Ann", []message.User{ann}, nil)
	assert.Empty(t, html)
	assert.Equal(t, []string{"u1"}, mentions)
	assert.Contains(t, log.String(), "rendering failed")
	assert.NotContains(t, log.String(), "secret")

	r.policy = policy
	html, _ = r.Render(t.Context(), "**hi**", nil, nil)
	assert.Equal(t, "<p><strong>hi</strong></p>", html, "the worker lives")
}

func TestLongContentIsPlainTextWithMentions(t *testing.T) {
	r := renderer(t)
	require.NotEmpty(t, render(r, strings.Repeat("x", 8<<10-6)+" **b**"))
	html, mentions := r.Render(t.Context(), strings.Repeat("x", 8<<10)+" **b** @Ann", []message.User{ann}, nil)
	assert.Empty(t, html)
	assert.Equal(t, []string{"u1"}, mentions)
}
