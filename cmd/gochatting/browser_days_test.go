package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ann and Ben have talked on several days. What one of them said within five minutes is under
// one picture, and each day begins with a line.
func (b *browser) daysAndGroups(t *testing.T) {
	past := []struct {
		by        string
		at        time.Time
		day       string // the line before it
		continues bool   // the one before, under its picture
	}{
		{"ann@example.com", daysAgo(800, 12, 0), daysAgo(800, 12, 0).Format("Monday, January 2, 2006"), false},
		{"ann@example.com", daysAgo(3, 12, 0), dayOf(3), false},
		{"ann@example.com", daysAgo(3, 12, 4), "", true},
		{"ann@example.com", daysAgo(3, 12, 8), "", true},
		{"ben@example.com", daysAgo(3, 12, 8), "", false},
		{"ann@example.com", daysAgo(3, 12, 9), "", false},
		{"ann@example.com", daysAgo(3, 12, 15), "", false},
		{"ann@example.com", daysAgo(1, 23, 59), "yesterday", false},
		{"ann@example.com", daysAgo(0, 0, 1), "today", false},
	}
	var said []utterance
	for _, p := range past {
		said = append(said, utterance{p.by, p.at, "something"})
	}
	server, _ := recall(t, said)
	cleo := b.joins(t, server.Base, "cleo@example.com")

	got := eval[[]struct {
		Day       string // of the line right before
		Continues bool
		Picture   bool // whether it can be seen
		Time      time.Time
		Title     string
	}](cleo, `() => [...document.querySelectorAll('.message')].map((message) => ({
		Day: message.previousElementSibling?.matches('.day') ? message.previousElementSibling.textContent : '',
		Continues: message.classList.contains('continued'),
		Picture: message.querySelector('img.avatar').checkVisibility({ visibilityProperty: true }),
		Time: message.querySelector('time').dateTime,
		Title: message.querySelector('time').title,
	}))`)
	require.Len(t, got, len(past))
	for i, p := range past {
		assert.Equal(t, p.day, got[i].Day, "the line before message %d", i+1)
		assert.Equal(t, p.continues, got[i].Continues, "message %d continues", i+1)
		assert.Equal(t, !p.continues, got[i].Picture, "picture of message %d", i+1)
		assert.True(t, p.at.Equal(got[i].Time), "%s is shown as %s", p.at, got[i].Time)
		assert.Contains(t, got[i].Title, p.at.Format("Monday, January 2, 2006"), "the whole time on hover")
	}
}

// dayOf is how the page calls a day, with the year only where it is another.
func dayOf(ago int) string {
	day := daysAgo(ago, 12, 0)
	if day.Year() != time.Now().Year() {
		return day.Format("Monday, January 2, 2006")
	}
	return day.Format("Monday, January 2")
}
