import PromptTuning
import Testing

@Suite struct SharedListTests {
    /// Against a plain array, over the ends of blocks and with copies that go their own ways.
    @Test func isAnArray() {
        var list = SharedList<Int>()
        var array: [Int] = []
        var copies: [(SharedList<Int>, [Int])] = []
        for index in 0..<200 {
            if index % 7 == 0 { copies.append((list, array)) }
            list.append(index * 3)
            array.append(index * 3)
            #expect(list.count == array.count && list.last == array.last && list.first == array.first)
        }
        for (var copy, plain) in copies {
            #expect(Array(copy) == plain)
            copy.append(-1)
            #expect(Array(copy) == plain + [-1])
        }
        #expect(Array(list) == array && list.indices == 0..<200)
        #expect(list == list && SharedList<Int>() != list)
        #expect(Array(list.suffix(70)) == Array(array.suffix(70)) && list[63] == 189 && list[64] == 192)
    }
}
