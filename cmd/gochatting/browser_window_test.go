package main

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// A window is one tab of somebody's browser. What its page reports as an error, a violation of
// the content policy included, fails the test.
type window struct {
	t      *testing.T
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	faults   []string
	expected *regexp.Regexp // what is no fault
}

// window opens one in a new profile: a browser of somebody's own, without cookies.
func (b *browser) window(t *testing.T) *window {
	return newWindow(t, b.ctx, chromedp.WithNewBrowserContext())
}

// another opens a second window in the same profile.
func (w *window) another() *window { return newWindow(w.t, w.ctx) }

// anotherTab opens a tab beside this one, which is hidden by it.
func (w *window) anotherTab() *window { return newWindow(w.t, w.ctx, chromedp.WithNewWindow(false)) }

func newWindow(t *testing.T, parent context.Context, options ...chromedp.ContextOption) *window {
	w := &window{t: t}
	options = append(options, chromedp.WithListener(w.listen))
	w.ctx, w.cancel = chromedp.NewContext(parent, options...)
	t.Cleanup(w.close)
	require.NoError(t, chromedp.Do(w.ctx), "open a window") // which lasts as long as this context
	w.do(chromedp.EmulateViewport(1280, 800))
	return w
}

func (w *window) listen(event any) {
	var fault string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		fault = (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error()
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			said, _ := json.Marshal(e.Args)
			fault = string(said)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			fault = string(e.Entry.Source) + ": " + e.Entry.Text + " " + e.Entry.URL
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if fault != "" && (w.expected == nil || !w.expected.MatchString(fault)) {
		w.faults = append(w.faults, fault)
	}
}

// expect names errors that the page will report and that are no fault of it.
func (w *window) expect(pattern string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = regexp.MustCompile(pattern)
}

// expectNoServer is for a page whose server is away.
func (w *window) expectNoServer() {
	w.expect(`net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)|Connection closed before receiving a handshake`)
}

// close closes the window, as its person does, if it is still open.
func (w *window) close() {
	if w.ctx.Err() != nil {
		return
	}
	if w.t.Failed() {
		ctx, cancel := context.WithTimeout(w.ctx, time.Second)
		defer cancel()
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
		w.t.Logf("a window shows (%v):\n%s", err, text)
	}
	w.cancel()
	w.mu.Lock()
	defer w.mu.Unlock()
	assert.Empty(w.t, w.faults, "errors of the page")
}

func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, chattest.Patience)
	defer cancel()
	require.NoError(w.t, chromedp.Do(ctx, actions...))
}

// open goes to an address.
func (w *window) open(url string) {
	w.t.Helper()
	w.do(chromedp.Navigate(url))
}

// reload is what F5 does.
func (w *window) reload() {
	w.t.Helper()
	w.do(chromedp.Reload())
}

// eval calls a function of JavaScript in the page and gives what it returns.
func eval[T any](w *window, function string, args ...any) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, chattest.Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](call(w.t, function, args), chromedp.EvalAwaitPromise))
	require.NoError(w.t, err, "%s", function)
	return v
}

// await waits until a function of JavaScript returns something true, in this page or, if it goes
// somewhere else meanwhile, in that one.
func (w *window) await(function string, args ...any) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, chattest.Patience)
	defer cancel()
	often := chromedp.WithPollingInterval(10 * time.Millisecond)
	until := chromedp.Poll[chromedp.Void](call(w.t, function, args), often, chromedp.WithPollingTimeout(0))
	for {
		_, err := chromedp.Run(ctx, until)
		var gone *cdproto.Error
		if errors.As(err, &gone) && ctx.Err() == nil {
			continue
		}
		require.NoError(w.t, err, "%s %v", function, args)
		return
	}
}

func call(t *testing.T, function string, args []any) string {
	t.Helper()
	values := make([]string, len(args))
	for i, arg := range args {
		value, err := json.Marshal(arg)
		require.NoError(t, err)
		values[i] = string(value)
	}
	return "(" + function + ")(" + strings.Join(values, ", ") + ")"
}

// sees waits until something is shown where the selector points, with just this text.
func (w *window) sees(selector, text string) {
	w.t.Helper()
	w.await(`(selector, text) => [...document.querySelectorAll(selector)].some(
		(element) => element.checkVisibility({ visibilityProperty: true }) && element.textContent.trim() === text)`, selector, text)
}

// shows waits until something visible is where the selector points.
func (w *window) shows(selector string) {
	w.t.Helper()
	w.await(`(selector) => document.querySelector(selector)?.checkVisibility({ visibilityProperty: true })`, selector)
}

// hides waits until nothing visible is there.
func (w *window) hides(selector string) {
	w.t.Helper()
	w.await(`(selector) => ![...document.querySelectorAll(selector)].some((element) => element.checkVisibility({ visibilityProperty: true }))`, selector)
}

// text is what stands where the selector points.
func (w *window) text(selector string) string {
	w.t.Helper()
	return eval[string](w, `(selector) => document.querySelector(selector)?.textContent.trim() ?? ''`, selector)
}

// click clicks with the mouse, on what does not move any more.
func (w *window) click(selector string) {
	w.t.Helper()
	w.settles()
	w.do(chromedp.Click(chromedp.CSS(selector)))
}

// tap is click with a finger.
func (w *window) tap(selector string) {
	w.t.Helper()
	w.settles()
	w.do(chromedp.Tap(chromedp.CSS(selector)))
}

// settles waits until what moves has arrived.
func (w *window) settles() {
	w.t.Helper()
	w.await(`() => document.getAnimations().every((animation) => animation.playState !== 'running' || animation.effect.getTiming().iterations === Infinity)`)
}

// press presses keys one after the other, as kb names them.
func (w *window) press(keys string, options ...chromedp.KeyOption) {
	w.t.Helper()
	w.do(chromedp.KeyEvent(keys, append(options, raw)...))
}

// raw makes a key go down as on a keyboard: who prevents that also prevents the character.
func raw(event *input.DispatchKeyEventParams) {
	if event.Type == input.DispatchKeyEventTypeKeyDown {
		event.Type = input.DispatchKeyEventTypeRawKeyDown
	}
}

// write puts text where the cursor is, as an input method does.
func (w *window) write(text string) {
	w.t.Helper()
	w.do(command(input.InsertText, input.InsertTextParams{Text: text}))
}

// prefers sets the languages that the browser asks for.
func (w *window) prefers(languages string) {
	agent := eval[string](w, `() => navigator.userAgent`)
	w.do(command(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: languages}))
}

// command is a command of the browser's protocol as an action.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}
