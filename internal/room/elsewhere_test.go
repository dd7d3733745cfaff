package room

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

func joined(after, version int64, names ...string) *change {
	c := &change{Room: "attic", After: after, Version: version}
	for _, name := range names {
		c.Joined = append(c.Joined, tab(name).Info())
	}
	return c
}

func left(after, version int64, name string) *change {
	return &change{Room: "attic", After: after, Version: version, Left: []string{"id-" + name}}
}

// However changes are swapped, doubled and lost, they are taken in their order, and a hole is asked about.
func TestChangesElsewhereAreTakenInTheirOrder(t *testing.T) {
	p, all := newPresence(), make(elsewheres)
	e := all.at("there")
	take := func(c *change) []string {
		e.take(c, &p)
		return names(infos(p.order))
	}
	wait := func(after time.Duration) (time.Duration, bool) { return e.wait(noon.Add(after)) }
	assert.Empty(t, take(joined(3, 7, "cleo")), "of whom it is not known what was before")
	now, missing := wait(0)
	assert.True(t, missing)
	assert.LessOrEqual(t, now, time.Duration(0), "nothing is known yet: it is asked for at once")
	assert.Equal(t, []string{"ann", "cleo"}, take(joined(0, 3, "ann")), "and then what follows")
	_, missing = wait(0)
	assert.False(t, missing)
	assert.Equal(t, []string{"ann", "cleo"}, take(joined(0, 3, "ann")), "an old list")
	assert.Equal(t, []string{"cleo"}, take(left(7, 9, "ann")))
	assert.Equal(t, []string{"cleo"}, take(joined(3, 7, "ann")), "doubled")

	take(left(12, 14, "cleo"))
	now, missing = wait(0)
	assert.True(t, missing)
	assert.Equal(t, presenceGather, now, "it may come by itself")
	e.asked = noon.Add(presenceGather)
	now, _ = wait(presenceGather)
	assert.Equal(t, askAgain, now)
	assert.Equal(t, []string{"dora"}, take(joined(0, 14, "dora")), "a list that overtakes what is held")
	assert.Empty(t, e.held)

	second := all.at("yonder")
	second.take(joined(0, 5, "dora"), &p)
	assert.Equal(t, []string{"dora"}, take(left(14, 20, "dora")), "who is still on another node")
	all.known(nil, &p)
	assert.Empty(t, p.people)
	assert.Empty(t, all)
}

func TestWhoIsHereAndElsewhere(t *testing.T) {
	p, all := newPresence(), make(elsewheres)
	ann := tab("ann")
	p.arrive(ann)
	all.at("there").take(joined(0, 1, "ann"), &p)
	p.depart(ann, noon)
	p.expire(noon.Add(presenceGrace))
	assert.Zero(t, p.own)
	assert.Equal(t, []string{"ann"}, names(infos(p.order)))
	all.at("there").take(&change{After: 1, Version: 2, Joined: []message.User{{ID: "id-ann", Name: "Zoë"}}}, &p)
	assert.Equal(t, []string{"Zoë"}, names(infos(p.order)))
	all.at("there").take(joined(0, 3), &p)
	assert.Empty(t, p.people)
}

func TestNodesKnowWhatIsNews(t *testing.T) {
	here := newNodes("here", nil)
	assert.False(t, here.note("there", joined(0, 1)), "of a node that has not said that it is there")
	what := here.hear("there", &beat{At: 10, Rooms: map[string]int64{"attic": 8}})
	assert.True(t, what.first && what.unknown)
	assert.True(t, here.note("there", joined(0, 8)))
	here.hear("there", &beat{At: 12, Rooms: map[string]int64{"attic": 0}})
	assert.Empty(t, here.of("attic"))
	assert.False(t, here.note("there", joined(8, 9)), "from before it slept")
	assert.True(t, here.note("there", joined(0, 13)), "it woke again")
	here.hear("there", &beat{At: 12, Rooms: map[string]int64{"attic": 0}})
	assert.Equal(t, map[string]int64{"there": 13}, here.of("attic"), "the beat was late")

	for _, part := range []int{2, 1, 1} {
		here.hear("there", &beat{At: 14, Part: part, Of: 2, Rooms: map[string]int64{[]string{"", "cellar", "loft"}[part]: 14}})
	}
	assert.Empty(t, here.of("attic"), "all rooms were told, and it is not among them")
	assert.Len(t, here.of("cellar"), 1)
	assert.Len(t, here.of("loft"), 1)
	assert.False(t, here.hear("there", &beat{At: 14}).unknown)
}

func TestNodesMissHintsByTheirNumbers(t *testing.T) {
	here := newNodes("here", nil)
	missing := func(hints int64) bool { return here.hear("there", &beat{Hints: hints}).missing }
	assert.False(t, missing(0))
	for _, number := range []int64{2, 1, 2, 4} { // swapped, doubled, and one that is late
		here.noteHint("there", number)
	}
	assert.False(t, missing(2))
	assert.True(t, missing(4))
	assert.False(t, missing(4), "once")
	here.noteHint("there", 3)
	here.noteHint("there", 5)
	assert.False(t, missing(5))

	first := here.hint(hint{})
	require.Equal(t, int64(1), first.N)
	here.bus = large{}
	assert.Zero(t, here.beats(false)[0].Hints, "it may still be on its way")
	assert.Equal(t, int64(1), here.beats(false)[0].Hints)
	here.hint(hint{})
	assert.Equal(t, int64(2), here.beats(true)[0].Hints, "nothing follows")
}

// large is a bus as far as beats need one to be cut.
type large struct{ Bus }

func (large) MaxBytes() int { return 1 << 20 }

// A node that was stopped itself does not take all others for dead when it goes on.
func TestSilenceIsCountedInOnesOwnTime(t *testing.T) {
	here := newNodes("here", nil)
	here.hear("there", &beat{At: 1, Rooms: map[string]int64{"attic": 1}})
	for range silentTicks {
		rooms, _ := here.tick()
		require.Empty(t, rooms)
	}
	rooms, surprise := here.tick()
	assert.Equal(t, []string{"attic"}, rooms)
	assert.True(t, surprise)
	assert.False(t, here.any())
}
