package main

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// People use the page, in a real browser and on the real program.
func TestBrowser(t *testing.T) {
	b := openBrowser(t)
	t.Run("TwoTalkAndAThirdComesAndGoes", b.twoTalk)
	t.Run("MarkupStaysText", b.markupStaysText)
	t.Run("ServerIsStoppedAndStartedAgain", b.serverIsStopped)
	t.Run("ServerIsKilledAndStartedAgain", b.serverIsKilled)
	t.Run("ComingBackWhenTold", b.comingBackWhenTold)
	t.Run("PageOf2012", b.pageOf2012)
	t.Run("ReadingThePast", b.readingThePast)
	t.Run("FollowingTheBottom", b.followingTheBottom)
	t.Run("DaysAndGroups", b.daysAndGroups)
	t.Run("HiddenTabCounts", b.hiddenTabCounts)
	t.Run("SecondBrowserNeedsTheCode", b.secondBrowserNeedsTheCode)
	t.Run("TwoPeopleInOneBrowser", b.twoPeopleInOneBrowser)
	t.Run("SigningOut", b.signingOut)
	t.Run("ChineseAndEnglish", b.chineseAndEnglish)
	t.Run("KeyboardAlone", b.keyboardAlone)
	t.Run("ChineseInput", b.chineseInput)
	t.Run("Phone", b.phone)
	t.Run("RefusedMessage", b.refusedMessage)
	t.Run("WithoutWebSocket", b.withoutWebSocket)
	t.Run("WithoutJavaScript", b.withoutJavaScript)
	t.Run("NameArrivesLater", b.nameArrivesLater)
	t.Run("UnreadIsCounted", b.unreadIsCounted)
	t.Run("ComingBack", b.comingBack)
	t.Run("Notified", b.notified)
	t.Run("LinkIntoTheMiddle", b.linkIntoTheMiddle)
	t.Run("LookJoinAndLeave", b.lookJoinAndLeave)
	t.Run("OtherRoomsGoOut", b.otherRoomsGoOut)
	t.Run("QuickSwitcher", b.quickSwitcher)
	t.Run("RoomsByHand", b.roomsByHand)
	t.Run("Searching", b.searching)
	t.Run("PinsAndKeys", b.pinsAndKeys)
	t.Run("FindingOnAPhone", b.findingOnAPhone)
	t.Run("Files", b.files)
	t.Run("FilesDroppedAndPasted", b.filesDroppedAndPasted)
	t.Run("FilesWithoutSpace", b.filesWithoutSpace)
	t.Run("FilesOverABadLine", b.filesOverABadLine)
	t.Run("WhatIsDoneToMessages", b.whatIsDoneToMessages)
	t.Run("MessagesByKeyboard", b.messagesByKeyboard)
	t.Run("Mentions", b.mentions)
	t.Run("RichText", b.richText)
	t.Run("SlashCommands", b.slashCommands)
	t.Run("Typing", b.typing)
	t.Run("MessagesOnAPhone", b.messagesOnAPhone)
	t.Run("KeepingOrder", b.keepingOrder)
	t.Run("KeepingARoom", b.keepingARoom)
	t.Run("KeepingOrderOnAPhone", b.keepingOrderOnAPhone)
	t.Run("InvitingByALink", b.invitingByALink)
	t.Run("Verifying", b.verifying)
	t.Run("VerifyingByTheLink", b.verifyingByTheLink)
	t.Run("Devices", b.devices)
	t.Run("Silenced", b.silenced)
	t.Run("MuteRunsOut", b.muteRunsOut)
	t.Run("SlowMode", b.slowMode)
	t.Run("Leaving", b.leaving)
	t.Run("Banned", b.banned)
	t.Run("Screenshots", b.screenshots)
}

// A browser is one running Chromium, in which each person has a profile of their own.
type browser struct{ ctx context.Context }

func openBrowser(t *testing.T) *browser {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium(t)), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("lang", "en-US"), chromedp.Flag("accept-lang", "en-US"),
		chromedp.Flag("hide-scrollbars", true),
	}
	for _, flag := range []string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-dev-shm-usage", // it is small in containers
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	// It lives until it is closed, and not just until the test is over: t.Context ends earlier.
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, _ = chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf))
	t.Cleanup(func() { assert.NoError(t, chromedp.Cancel(ctx)) })
	require.NoError(t, chromedp.Do(ctx), "start the browser")
	return &browser{ctx}
}

// chromium is the browser that GOCHATTING_BROWSER names, which must be there, or one that is found.
func chromium(t *testing.T) string {
	if named := os.Getenv("GOCHATTING_BROWSER"); named != "" {
		path, err := exec.LookPath(named)
		require.NoError(t, err, "GOCHATTING_BROWSER")
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium: install chromium, or name a browser in GOCHATTING_BROWSER")
	return ""
}
