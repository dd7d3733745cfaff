package main

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"gochatting/internal/chattest"
)

// Ann's browser has no WebSocket: she is told so, and sees what was said.
func (b *browser) withoutWebSocket(t *testing.T) {
	server := start(t, t.TempDir())
	ben := chattest.Join(t, server.Base, "ben@example.com").Open()
	ben.Say("Hello.")
	ben.Hear()
	ann := b.window(t)
	ann.do(addScript(`delete window.WebSocket`))
	ann.knock(server.Base, "ann@example.com")
	ann.await(`() => document.querySelector('#ended')?.textContent.includes('(WebSocket)')`)
	ann.shows("#ended")
	ann.sees("#connection", "Offline")
	ann.hears("ben", "Hello.")
	ann.hides("#composer")
}

// Ann's browser runs no scripts: the door and the room tell her so.
func (b *browser) withoutJavaScript(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.window(t)
	ann.do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	ann.open(server.Base + "/")
	ann.shows("#join")
	ann.sees("noscript .warning", "The conversation needs JavaScript. Please allow it for this page.")
	ann.knock(server.Base, "ann@example.com")
	ann.await(`() => location.pathname === '/rooms/lobby'`)
	ann.sees("noscript .warning", "The conversation needs JavaScript. Please allow it for this page.")
	ann.hides("#composer")
}

// addScript runs a script in every page before its own.
func addScript(source string) chromedp.Action[chromedp.Void] {
	return command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
}
