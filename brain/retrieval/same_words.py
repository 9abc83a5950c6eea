"""Everyday words of work that mean the same: people ask with one, documents say the other.

A group a line, written from general knowledge of offices and shops, not from any drive. Only words that may
stand for each other in most sentences, and no verbs that are in every question ("need", "change"): a word too
many makes strangers alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from brain.languages.english import ENGLISH
from brain.retrieval.other_spellings import other_spellings
from brain.retrieval.query import Query
from brain.text.terms import stem

_ENGLISH = """
holiday vacation leave pto
ill sick unwell
illness sickness
kid child
baby infant newborn
pregnant pregnancy maternity
father dad paternity
mother mum mom maternity
spouse wife husband
wedding marriage
marry wed
funeral bereavement burial
die decease
resign quit
dismiss fire sack
dismissal termination layoff
salary wage pay remuneration paycheck
payslip paystub
pension retirement
rota roster schedule timetable
boss manager supervisor superior
employee staff worker personnel
colleague coworker teammate
job position role
complaint grievance
bully harass
bullying harassment
clothing attire
meal food
canteen cafeteria
toilet restroom bathroom lavatory washroom
elevator lift
desk workstation
building premises
car vehicle automobile
bike bicycle
truck lorry
taxi cab
train rail railway
plane flight airplane
hotel accommodation lodging
trip travel journey
luggage baggage suitcase
expense expenditure
reimburse refund repay
reimbursement refund repayment
invoice bill
price cost fee charge
expensive costly
buy purchase order
supplier vendor
customer client
contract agreement
discount rebate
warranty guarantee
deliver ship dispatch
delivery shipment shipping
parcel package
laptop notebook
computer pc
phone telephone mobile cellphone smartphone
screen monitor display
wifi wlan wireless
login logon signin
password passphrase passcode
email mail
inbox mailbox
folder directory
error fault failure
bug defect
crash freeze
broken damaged defective faulty
repair fix mend
delete remove erase
database db
deployment rollout
outage downtime
virus malware
lost missing
theft steal
badge keycard
entrance entry
visitor guest
meeting appointment
calendar diary
photo picture image
doctor physician gp
medicine drug
glasses specs spectacles eyewear
vaccination jab immunization
pupil student
begin start commence
end finish
allow permit
forbid prohibit ban
approve authorise authorize
help assist support
borrow lend loan
rent lease
city town
department division
headquarters hq
fast quick rapid
mandatory obligatory compulsory
optional voluntary
confidential secret
maximum max
minimum min
yearly annual
sofa couch settee
wardrobe closet
fridge refrigerator
flat apartment
shop store
pharmacy chemist drugstore
pavement sidewalk
petrol gasoline fuel
friend mate buddy
police cop
lawyer solicitor attorney
tenant renter lessee
sibling brother sister
grandparent grandfather grandmother grandpa grandma grandad granddad
injured hurt wounded
injury wound
angry furious upset
trainee apprentice intern
newcomer starter joiner
swear curse
trousers pants
plug socket outlet
torch flashlight
spanner wrench
abroad overseas
remote telework telecommute
allowance stipend
garbage trash rubbish waste
"""


def with_same_words(query: Query, counted: Callable[[Sequence[str]], Mapping[str, int]]) -> Query:
    """The query with the words, or spellings, that the documents have more often than its own.

    `counted` tells in how many passages words stand.
    """
    if query.language is not ENGLISH:
        return query
    known = same_words()
    others = {term: (*known.get(stem(term), ()), *other_spellings(term)) for term in query.words}
    held = counted([word for term, same in others.items() if same for word in (term, *same)])
    return replace(
        query,
        same={
            term: found
            for term, same in others.items()
            if (found := tuple(one for one in same if held.get(one, 0) > held.get(term, 0)))
        },
    )


@cache
def same_words() -> Mapping[str, tuple[str, ...]]:
    """By the stem of an English word, the words that mean the same, as they are written."""
    found: dict[str, list[str]] = {}
    for group in map(str.split, _ENGLISH.strip().splitlines()):
        for word in group:
            found.setdefault(stem(word), []).extend(one for one in group if one != word)
    return {name: tuple(dict.fromkeys(others)) for name, others in found.items()}
