package bench

import (
	"math"
	"math/rand/v2"
	"strings"
)

// A dice falls for the same number always the same way.
type dice struct{ *rand.Rand }

func newDice(n int) dice { return dice{rand.New(rand.NewPCG(uint64(n), 1))} }

func (d dice) below(n int) int { return d.IntN(n) }

func (d dice) part() float64 { return d.Float64() }

// zipf is a rank below n, the first one the most often, as words are in every language: the chance of a
// rank goes with its inverse.
func (d dice) zipf(n int) int { return min(int(math.Exp(d.Float64()*math.Log(float64(n)+1)))-1, n-1) }

var (
	commonWords      = strings.Fields("the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who its now find long down day did get come made may part")
	commonIdeographs = []rune("的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从民候")
)

// vocable is the word of a rank: a real one if it is very common.
func vocable(rank int) string {
	if rank < len(commonWords) {
		return commonWords[rank]
	}
	const syllables = "bacadafagahajakalamanaparasatavazabecedefegehejekelemeneperesetevezebicidifigihijikiliminipirisitivizi"
	word := make([]byte, 0, 8)
	for n := rank; n > 0; n /= len(syllables) / 2 {
		at := n % (len(syllables) / 2) * 2
		word = append(word, syllables[at], syllables[at+1])
	}
	return string(word) + "x"
}

func ideograph(rank int) rune {
	if rank < len(commonIdeographs) {
		return commonIdeographs[rank]
	}
	return rune(0x5000 + rank)
}
