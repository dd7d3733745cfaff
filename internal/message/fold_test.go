package message_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/message"
)

func TestFold(t *testing.T) {
	for _, tc := range []struct{ what, given, want string }{
		{"nothing", "", ""},
		{"case", "Ann LEE", "ann lee"},
		{"white space", " \tAnn \n\u00a0 Lee\u3000", "ann lee"},
		{"full width", "Ａｎｎ１", "ann1"},
		{"half width", "ｶﾞ", "ガ"},
		{"composed and not", "Zoe\u0308", "zo\u00eb"},
		{"a Kelvin sign", "\u212aim", "kim"},
		{"sharp s", "Strauß", "strauss"},
		{"final sigma", "Ὀδυσσεύς", "ὀδυσσεύσ"},
		{"a ligature", "ﬁnn", "finn"},
		{"iota below", "\u1fb3", "αι"},
		{"Chinese", "张三", "张三"},
		{"Korean, decomposed", "\u1112\u1161\u11ab", "한"},
		{"emoji", "🎉 Ann", "🎉 ann"},
		{"invalid UTF-8", "A\xffnn", "a\ufffdnn"},
	} {
		assert.Equal(t, tc.want, message.Fold(tc.given), tc.what)
		assert.Equal(t, tc.want, message.Fold(tc.want), "%s: once is enough", tc.what)
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Ann \u0130 \u1e9e\u0345\u0308 ｶﾞ ﷺ")
	f.Fuzz(func(t *testing.T, s string) {
		once := message.Fold(s)
		assert.Equal(t, once, message.Fold(once))
	})
}
