"""Everyday words of work that mean the same: people ask with one, documents say the other.

A group a line, written from general knowledge of offices and shops, not from any drive. Only words that may
stand for each other in most sentences: a word too many makes strangers alike.
"""

from collections.abc import Mapping
from functools import cache

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
recruit hire
recruitment hiring
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
clothing clothes attire
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
medicine medication drug
glasses specs spectacles eyewear
vaccine vaccination jab immunization
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
yearly annual annually
abroad overseas
remote telework telecommute
allowance stipend
garbage trash rubbish waste
"""


@cache
def same_words() -> Mapping[str, tuple[str, ...]]:
    """English words with those that mean the same, as they are written."""
    found: dict[str, list[str]] = {}
    for line in filter(None, _ENGLISH.split("\n")):
        group = line.split()
        for word in group:
            found.setdefault(word, []).extend(one for one in group if one != word)
    return {word: tuple(dict.fromkeys(others)) for word, others in found.items()}
