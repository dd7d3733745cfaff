package room

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/message"
	"gochatting/internal/user"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func tab(name string) *user.OnlineUser {
	return user.New(name, "session", message.User{ID: "id-" + name, Name: name}, nil, user.Unlimited)
}

func names(users []message.User) (list []string) {
	for _, u := range users {
		list = append(list, u.Name)
	}
	return list
}

// tell is what a room does with presence, without the room.
func tell(p *presence) (joined, left []string) {
	now := p.first()
	j, l := p.difference(now)
	p.told(now, len(p.order), noon)
	return names(j), names(l)
}

func TestHostile23TwoTabsAreOnePersonUntilTheLastIsGone(t *testing.T) {
	p := newPresence()
	one, two := tab("Ann"), tab("Ann")
	p.arrive(one)
	p.arrive(two)
	joined, _ := tell(&p)
	assert.Equal(t, []string{"Ann"}, joined)

	p.depart(one, noon)
	p.expire(noon.Add(time.Hour))
	assert.False(t, p.dirty)
	p.depart(two, noon)
	p.expire(noon.Add(presenceGrace))
	_, left := tell(&p)
	assert.Equal(t, []string{"Ann"}, left)
	assert.Empty(t, p.people)
}

func TestReloadIsNoLeaving(t *testing.T) {
	p := newPresence()
	first := tab("Ann")
	p.arrive(first)
	tell(&p)

	p.depart(first, noon)
	assert.Equal(t, presenceGrace, p.expire(noon))
	second := tab("Ann")
	p.arrive(second)
	assert.Zero(t, p.expire(noon.Add(2*presenceGrace)))
	joined, left := tell(&p)
	assert.Empty(t, joined)
	assert.Empty(t, left)

	// Leaving again starts the time anew.
	p.depart(second, noon.Add(time.Minute))
	assert.Equal(t, presenceGrace, p.expire(noon.Add(time.Minute)))
	p.expire(noon.Add(time.Minute + presenceGrace))
	_, left = tell(&p)
	assert.Equal(t, []string{"Ann"}, left)
}

func TestPeopleAreOrderedByNameAndRenamed(t *testing.T) {
	p := newPresence()
	tabs := map[string]*user.OnlineUser{}
	for _, name := range []string{"cleo", "Ben", "ann", "王小明", "Ben"} {
		tabs[name] = tab(name)
		p.arrive(tabs[name])
	}
	joined, _ := tell(&p)
	assert.Equal(t, []string{"ann", "Ben", "cleo", "王小明"}, joined)

	p.change(message.User{ID: "id-ann", Name: "Zoë"})
	joined, left := tell(&p)
	assert.Equal(t, []string{"Zoë"}, joined, "a known person in Joined has a new name")
	assert.Empty(t, left)
	assert.Equal(t, []string{"Ben", "cleo", "Zoë", "王小明"}, names(p.first()))
	assert.Equal(t, "Zoë", tabs["ann"].Info().Name, "and speaks under it")

	p.change(message.User{ID: "id-nobody", Name: "x"})
	assert.Len(t, p.order, 4)
}

// In a room of thousands everyone knows the first 200, and how many there are.
func TestLargeRoomTellsOfItsFirstPeopleOnly(t *testing.T) {
	p := newPresence()
	var tabs []*user.OnlineUser
	for i := range 1000 {
		tabs = append(tabs, tab(fmt.Sprintf("user-%04d", i)))
		p.arrive(tabs[i])
	}
	joined, _ := tell(&p)
	assert.Len(t, joined, presenceShown)

	p.arrive(tab("user-0999b"))
	joined, left := tell(&p)
	assert.Empty(t, joined, "beyond the window only the number changes")
	assert.Empty(t, left)
	assert.Equal(t, 1001, p.online)

	p.depart(tabs[5], noon)
	p.expire(noon.Add(presenceGrace))
	joined, left = tell(&p)
	assert.Equal(t, []string{"user-0005"}, left)
	assert.Equal(t, []string{"user-0200"}, joined, "the next one moves up into the window")

	var paged []string
	var after *message.User
	for {
		page := p.page(after, 150)
		assert.Equal(t, 1000, page.Online)
		if len(page.Users) == 0 {
			break
		}
		paged = append(paged, names(page.Users)...)
		after = &page.Users[len(page.Users)-1]
	}
	assert.Equal(t, names(infos(p.order)), paged)
	gone := tabs[5].Info()
	assert.Equal(t, []string{"user-0006", "user-0007"}, names(p.page(&gone, 2).Users), "it goes on after who left meanwhile")
}

// Whoever leaves a room at the moment in which they look at it sees nothing of it.
func TestWhoIsNotInARoomDoesNotWatchIt(t *testing.T) {
	r := newActiveRoom("attic", nil, newNodes("here", nil), nil)
	ann := tab("ann")
	r.watch(look{ann, true})
	assert.Empty(t, r.watchers.list())
	r.OnlineUsers[ann.ID] = ann
	r.watch(look{ann, true})
	assert.Equal(t, []*user.OnlineUser{ann}, r.watchers.list())
	r.watch(look{ann, false})
	assert.Empty(t, r.watchers.list())
}
