package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Fifty people have the lobby open and say twenty things each, all at the same time: everyone
// has all thousand, once, and in the same order.
func TestFiftyPeopleSayTwentyThingsEach(t *testing.T) {
	const people, things = 50, 20
	server := start(t, t.TempDir(), "--limits", "off")
	sockets := make([]*chattest.Socket, people)
	for i := range sockets {
		sockets[i] = chattest.Join(t, server.Base, fmt.Sprintf("person%d@example.com", i)).Open()
		assert.Zero(t, sockets[i].Welcome.Rooms[0].Rev)
	}

	heard := make([][]message.Message, people)
	var all errgroup.Group
	for i, s := range sockets {
		all.Go(func() error {
			for n := range things {
				content := fmt.Sprintf("person %d says %d", i, n)
				if err := s.TrySay(content, content); err != nil {
					return err
				}
			}
			return nil
		})
		all.Go(func() error {
			for len(heard[i]) < people*things {
				m, err := s.TryRead()
				if err != nil {
					return fmt.Errorf("person %d, after %d messages: %w", i, len(heard[i]), err)
				}
				if m.MType == message.TextMType {
					heard[i] = append(heard[i], m)
				}
			}
			return nil
		})
	}
	require.NoError(t, all.Wait())

	requireWhole(t, heard[0])
	for i := range heard {
		require.Equal(t, heard[0], heard[i], "person %d has what person 0 has", i)
	}
	for i := range people {
		n := 0
		for _, m := range heard[0] {
			if m.TextMessage.UserInfo.ID == sockets[i].Welcome.You.ID {
				require.Equal(t, fmt.Sprintf("person %d says %d", i, n), m.TextMessage.Content, "in the order they were said")
				n++
			}
		}
		require.Equal(t, things, n)
	}
}
